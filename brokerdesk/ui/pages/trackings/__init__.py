"""Trackings: what all customers did in the app, newest first (S1.27)."""
