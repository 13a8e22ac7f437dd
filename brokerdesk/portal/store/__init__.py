"""The portal's database: SQLite by default, PostgreSQL by URL."""
