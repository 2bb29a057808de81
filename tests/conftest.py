"""What every test may ask for, and how the suite runs."""

from hypothesis import settings

settings.register_profile("zhida", deadline=None)  # a busy machine makes no example wrong
settings.load_profile("zhida")

pytest_plugins = ["tests.figures", "tests.postgres_server", "tests.redis_server", "tests.s3_server", "tests.side_by_side.plugin"]
