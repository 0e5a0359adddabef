"""Publications: figures that were published once, and whether they are still reproduced."""
