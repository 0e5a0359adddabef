"""Publications: figures that were published once, and whether they still come out."""
