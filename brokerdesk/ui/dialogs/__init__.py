"""Dialogs: only for what the user must decide."""
