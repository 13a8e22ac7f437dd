"""The encrypted book: engine, unit of work, queries, backup, migrations."""
