"""What every test may ask for."""

pytest_plugins = ["tests.postgres_server", "tests.redis_server"]
