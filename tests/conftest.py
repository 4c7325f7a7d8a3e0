"""What every test shares: its tier, its place among parallel tests, and Hypothesis' settings.

Tiers: `make test-fast` leaves out whatever is marked `thorough`; `make test` leaves out whatever is
marked `slow`; `make faults` runs those of tests/faults too. Tests of one group share a worker of
pytest-xdist, and with it the fixtures of their session: an engine, images, servers.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent

# None depends on how busy the machine is.
settings.register_profile("evosweep", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("evosweep")

THOROUGH = {"container", "faults", "tracking", "workflow"}
"""Folders whose tests need an engine, a server, Snakemake or many processes."""
TOGETHER = {"container"}
"""Folders whose tests share a fixture of the session; elsewhere, the tests of a file may."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test by the folder that it lies in."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in THOROUGH or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.thorough)
        if item.get_closest_marker("xdist_group") is None:
            group = folder if folder in TOGETHER else str(item.path.relative_to(HERE))
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_xdist_auto_num_workers() -> int:
    """As many workers as this process may use processors, but from two to eight.

    Two at least, because many tests wait for processes of their own.
    """
    return min(max(2, len(os.sched_getaffinity(0))), 8)
