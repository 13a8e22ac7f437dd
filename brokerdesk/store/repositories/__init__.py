"""Load and add one aggregate."""
