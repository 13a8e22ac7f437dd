"""The read side: SQL to rows."""
