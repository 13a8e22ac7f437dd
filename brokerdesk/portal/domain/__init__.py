"""Kinds with behaviour: invitation, access, mail jobs."""
