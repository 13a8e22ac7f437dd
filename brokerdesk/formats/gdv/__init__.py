"""The GDV portfolio format VU-Vermittler, releases 2009 to 2023: layouts, reader, writer. No mapping to the book."""
