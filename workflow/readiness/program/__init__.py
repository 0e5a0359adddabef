"""The program itself: where its files lie, and how its wheel is built."""
