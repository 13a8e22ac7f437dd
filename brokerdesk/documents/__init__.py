"""Contexts in, bytes out: mails, letters and PDFs. Deterministic given a clock."""
