"""Frozen rows and cards that queries hand to lists and pages."""
