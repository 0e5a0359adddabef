"""Charts of published results: pure functions of register rows, drawn to deterministic SVG.

A chart is a function that returns a `Picture`: rows of marks on an axis (`marks`), the texts around
the rows, and an alternative text for readers who do not see the drawing. The `Picture` draws itself
at any width. Sentences come from the catalogue `charts`, labels from the caller. A new kind of
chart is one module that makes rows, its texts in the catalogues, and a line where
`steps/draw_wave.py` chooses among the charts.
"""
