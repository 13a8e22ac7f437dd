"""The customer list: search, filters, table with app access, selection, reading pane."""
