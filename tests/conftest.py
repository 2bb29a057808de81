"""What every test may ask for, and how the suite runs."""

pytest_plugins = ["tests.figures", "tests.postgres_server", "tests.redis_server", "tests.s3_server", "tests.side_by_side.plugin"]
