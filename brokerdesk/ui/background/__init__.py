"""Work off the GUI thread; the only package that starts threads."""
