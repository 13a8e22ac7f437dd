"""Importing GDV files: choose, dry run, read the findings, import in one step."""
