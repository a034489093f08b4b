"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# how fast a machine is says nothing about a property
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
