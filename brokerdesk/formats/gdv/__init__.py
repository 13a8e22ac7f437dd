"""The GDV portfolio format VU-Vermittler, releases 2009 to 2023."""
