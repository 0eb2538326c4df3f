"""The four sizes of type, in pixels of a picture 720 pixels high; what has to be read is set in the first three."""

TITLE = 38.0
TEXT = 22.0  # names, losses, steps, captions
SECONDARY = 20.0  # hyperparameters, tables
SMALL = 17.6  # headings of columns, ticks, notes, keys
TIGHTEST = 20 / 22  # of them, where there is little room: names and losses are then as large as what is secondary
