"""Unlocking, the first-run assistant, and the watch that locks an idle window."""
