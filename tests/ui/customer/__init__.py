"""The page of one customer and its dialogs: on a real book."""
