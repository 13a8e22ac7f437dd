"""The self-hostable portal: hub of the office and the customers' pages."""
