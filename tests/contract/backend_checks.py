"""What every backend promises, as functions of an entered backend.

`python backend_checks.py BACKEND WORKERS` performs every check, for the backends that a launcher
must start; it prints "kept: CHECK" where the promise is kept.
"""

import itertools
import sys
from contextlib import suppress
from typing import Any

from evosweep.backends.protocol import Backend
from evosweep.backends.table import create


class Timed:
    """A result with the time that it took."""

    seconds = 0.0

    def __init__(self, value: int) -> None:
        self.value = value


class Double:
    """A chunk that doubles its number."""

    batch, followed = 3, False

    def __init__(self, number: int) -> None:
        self.number, self.indices = number, [number]

    def work(self) -> Timed:
        return Timed(2 * self.number)


def every_chunk_comes_back_once(backend: Backend) -> None:
    outcomes: Any = list(backend.run(map(Double, range(50))))
    assert len(outcomes) == 50
    found = {number: outcome.value for number, outcome in outcomes}
    assert found == {number: 2 * number for number in range(50)}


def nothing_to_do_is_no_error(backend: Backend) -> None:
    assert list(backend.run(iter(()))) == []


def one_batch_follows_another(backend: Backend) -> None:
    for count in (3, 1, 7):
        assert len(list(backend.run(map(Double, range(count))))) == count


def chunks_are_taken_as_there_is_room(backend: Backend) -> None:
    """So that the size of a chunk may follow from what the ones before cost."""
    taken = itertools.count()
    results: Any = backend.run(Double(next(taken)) for _ in range(100))
    next(results)
    assert next(taken) <= 3 * backend.workers + 1
    results.close()


def it_says_what_it_is(backend: Backend) -> None:
    assert backend.workers >= 1
    assert backend.overhead >= 0
    assert isinstance(backend.watches, bool)
    assert isinstance(backend.local, bool)
    assert isinstance(backend.elsewhere, bool)


CHECKS = {
    check.__name__: check
    for check in (
        every_chunk_comes_back_once,
        nothing_to_do_is_no_error,
        one_batch_follows_another,
        chunks_are_taken_as_there_is_room,
        it_says_what_it_is,
    )
}


def main(use: str, workers: str) -> None:
    with create(use, int(workers)) as backend:
        for name, check in CHECKS.items():
            with suppress(AssertionError):
                check(backend)
                print(f"kept: {name}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
