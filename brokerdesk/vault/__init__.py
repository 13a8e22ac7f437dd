"""Keys: the book key wrapped in slots, the key store of the operating system, credentials of the portal.

Knows bytes and files of its own, nothing of the book they open.
"""
