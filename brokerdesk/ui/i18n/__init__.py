"""The language of the window, changed at run time."""
