"""Readers and writers of foreign files: records and findings, never silent guesses."""
