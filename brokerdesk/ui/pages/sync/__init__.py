"""The exchange: what waits, what was refused, conflicts with mine and theirs per field."""
