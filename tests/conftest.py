"""What every test may ask for, and how the suite runs."""

from hypothesis import HealthCheck, settings

# a busy machine makes no example wrong, and no property
settings.register_profile("zhida", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zhida")

pytest_plugins = ["tests.figures", "tests.postgres_server", "tests.redis_server", "tests.s3_server", "tests.side_by_side.plugin"]
