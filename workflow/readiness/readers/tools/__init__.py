"""Readers of survey tools' exports, one module a tool; all derive from `base.Tool`."""
