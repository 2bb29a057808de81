"""The records in SQL: SQLite by default, PostgreSQL in production; nothing else knows SQL."""
