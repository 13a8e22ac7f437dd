"""Customer list, invitation, short form, palette records: on a real book."""
