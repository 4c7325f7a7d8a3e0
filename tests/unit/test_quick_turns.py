"""Threads of an executor get their turn soon, and the program's own setting comes back."""

import sys

import pytest

from evosweep.backends import mpi
from evosweep.backends.over_executor import quick_turns


@pytest.mark.parametrize(("own", "inside"), [(0.005, 0.00005), (0.00002, 0.00002)])
def test_turns_are_quick_for_a_while(own: float, inside: float) -> None:
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(own)
        with quick_turns():
            assert sys.getswitchinterval() == pytest.approx(inside, abs=2e-6)
        assert sys.getswitchinterval() == pytest.approx(own, abs=2e-6)
    finally:
        sys.setswitchinterval(before)


def test_ranks_that_share_a_processor_look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPI4PY_FUTURES_BACKOFF", raising=False)
    monkeypatch.delenv("MPI_LOCALNRANKS", raising=False)
    monkeypatch.setattr(mpi, "available_cpus", lambda: 2)
    assert mpi._naps(3) == {"MPI4PY_FUTURES_BACKOFF": "0.001"}
    assert mpi._naps(63) == {"MPI4PY_FUTURES_BACKOFF": "0.004"}
    monkeypatch.setenv("MPI_LOCALNRANKS", "32")  # the others are on other hosts
    assert mpi._naps(63) == {"MPI4PY_FUTURES_BACKOFF": "0.002"}
    monkeypatch.setenv("MPI4PY_FUTURES_BACKOFF", "0.5")  # the user's
    assert mpi._naps(63) == {}
