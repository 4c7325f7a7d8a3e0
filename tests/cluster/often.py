"""How often a fault is injected: once in the gate, twenty times by `make faults`.

`FAULT_TIMES=5 make faults` injects each five times: several such calls fit where one long one does
not, and their tables add up.
"""

import os

import pytest

FULL = int(os.environ.get("FAULT_TIMES", "20"))
FULL_SIZE = [pytest.mark.slow, pytest.mark.timeout(4 * 3600)]
ONLY_AT_FULL_SIZE = [pytest.param(FULL, marks=FULL_SIZE)]
TIMES = [1, *ONLY_AT_FULL_SIZE]
TOGETHER = 5
"""Runs that one long fault meets at once."""
