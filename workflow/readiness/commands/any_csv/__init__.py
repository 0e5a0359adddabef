"""The files of `estimate` and `compare`, and how their results look (docs/any-csv.md)."""
