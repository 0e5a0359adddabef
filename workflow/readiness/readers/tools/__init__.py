"""The readers of survey tools' exports, one module a tool; `base.Tool` is what each of them is."""
