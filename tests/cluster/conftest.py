"""Hosts for the tests of this folder; without root or Debian's packages they say what they miss."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hosts import Host, missing, network


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[list[Host]]:
    """Three hosts, h1 to h3, which are gone after the test."""
    if reason := missing():
        if os.environ.get("CI"):
            pytest.fail(f"in CI the tests must have hosts: {reason}")
        pytest.skip(reason)
    with network(tmp_path / "network") as made:
        yield made
