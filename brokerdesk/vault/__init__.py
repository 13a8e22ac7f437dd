"""Keys and credentials: key slots, key store of the operating system, recovery code."""
