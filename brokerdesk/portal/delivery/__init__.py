"""Handing mails to SMTP or a folder."""
