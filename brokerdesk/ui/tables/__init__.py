"""Tables: columns declared once, pages of rows on demand, rows painted by one delegate."""
