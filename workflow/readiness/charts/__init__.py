"""Charts of published results: pure functions of register rows, drawn to deterministic SVG.

A chart is a function that returns a `Picture`: rows of marks on an axis (`marks`), with what is
said around them and, for who does not see it, instead of them. Drawing it at any width is the
picture's own affair. Sentences come from the catalogue `charts`, labels from the caller. A new kind
of chart is one module that makes rows, its texts in the catalogues, and a line where
`steps/draw_wave.py` chooses among them.
"""
