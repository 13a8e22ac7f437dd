"""The frame of the window: top bar, navigation, sheet with pages, status bar."""
