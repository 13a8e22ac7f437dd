"""Mapped classes of the book. Rules as methods, no queries."""
