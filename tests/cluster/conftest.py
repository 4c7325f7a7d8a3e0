"""Hosts for the tests of this folder; without root or Debian's packages they say what they miss."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hosts import Host, missing, network
from lacking import lacking


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[list[Host]]:
    """Three hosts, h1 to h3, which are gone after the test."""
    if reason := missing():
        lacking(reason)
    with network(tmp_path / "network") as made:
        yield made
