"""Small widgets of the design that carry no business meaning."""
