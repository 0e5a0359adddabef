"""Writers of exports, independent of the readers: the same interviews as each survey tool has them.

Each follows the documentation of its tool, with its habits: what it adds, joins, spreads, quotes.
Nothing here imports the program.
"""
