"""Settings of every test: none depends on how busy the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile("evosweep", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("evosweep")
