"""The composition root: profiles, wiring, self-test."""
