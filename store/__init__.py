"""Where things are kept: live state in Redis, records in SQL."""
