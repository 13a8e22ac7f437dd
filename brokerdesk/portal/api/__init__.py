"""The desk side of the portal."""
