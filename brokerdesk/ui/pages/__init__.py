"""Pages of the window, one package per area."""
