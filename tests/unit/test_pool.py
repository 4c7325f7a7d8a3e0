"""The pool: what becomes of chunks where its helpers die at a bad moment."""

from multiprocessing import popen_forkserver
from typing import Any, NamedTuple

import pytest

from evosweep.backends import Lost
from evosweep.backends.pool import Pool


class Doubling(NamedTuple):
    """A chunk that needs nothing of a run."""

    number: int

    def work(self) -> int:
        return 2 * self.number


def test_a_chunk_is_lost_where_the_forkserver_dies_as_it_starts_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, calls = popen_forkserver.forkserver.read_signed, []

    def read_signed(descriptor: int) -> Any:
        calls.append(descriptor)
        if len(calls) == 1:
            raise EOFError("unexpected EOF")
        return real(descriptor)

    monkeypatch.setattr(popen_forkserver.forkserver, "read_signed", read_signed)
    with Pool(2) as pool:
        found = dict(pool.run(iter(Doubling(number) for number in range(6))))
        again = dict(pool.run(iter([Doubling(0)])))
    assert isinstance(found.pop(0), Lost)
    assert found == {number: 2 * number for number in range(1, 6)}
    assert again == {0: 0}
