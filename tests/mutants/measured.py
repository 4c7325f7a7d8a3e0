"""What is known of each test: its seconds, and the lines that it executes."""

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import pytest
from collected import run
from digests import digest_of_module, function_of
from forks import each_in_a_fork
from lines import Lines, lines_of
from mutant import Mutant

_SLOWEST = 8.0  # seconds of processor while it is traced; a test that takes longer is left out
_LIMIT = 120.0


class Known(TypedDict):
    """One test."""

    digest: str
    seconds: float
    why: str
    """Why it is left out; empty for a test that is used."""
    lines: dict[str, list[int]]
    """By module."""
    modules: dict[str, str]
    """Digests of these modules."""


class Measured:
    """The tests of a session that pass without a mutant."""

    def __init__(self, tests: Mapping[str, Known]) -> None:
        self._tests = {name: known for name, known in tests.items() if not known["why"]}
        self._lines = {
            (name, module): frozenset(lines)
            for name, known in self._tests.items()
            for module, lines in known["lines"].items()
        }
        self._kills: Counter[tuple[str, str]] = Counter()

    @property
    def total(self) -> float:
        return sum(known["seconds"] for known in self._tests.values())

    def seconds_of(self, names: Sequence[str]) -> float:
        return sum(self._tests[name]["seconds"] for name in names)

    def tests_for(self, mutant: Mutant) -> list[str]:
        """Return the tests that execute what a mutant changes, the most promising first.

        For a value at the top of a module they are all tests, since other modules may use it.
        """
        lines, own = lines_of(mutant), range(mutant.first + 1, mutant.last + 2)

        def rank(name: str) -> tuple[bool, float]:
            return self._executed(name, mutant).isdisjoint(own), self._effort(name, mutant)

        everywhere = not mutant.function
        names = [each for each in self._tests if everywhere or self._executed(each, mutant) & lines]
        return sorted(names, key=rank)

    def _executed(self, name: str, mutant: Mutant) -> frozenset[int]:
        return self._lines.get((name, mutant.module), frozenset())

    def all_for(self, mutant: Mutant) -> list[str]:
        """Return all tests: first those that execute anything of a module."""

        def rank(name: str) -> tuple[bool, float]:
            return (name, mutant.module) not in self._lines, self._effort(name, mutant)

        return sorted(self._tests, key=rank)

    def _effort(self, name: str, mutant: Mutant) -> float:
        """Seconds per kill that may be expected, by what a test has killed in this place."""
        near, far = self._kills[mutant.place, name], self._kills[mutant.module, name]
        return (0.005 + self._tests[name]["seconds"]) / (1 + 10 * near + far)

    def note(self, mutant: Mutant, killed_by: str) -> None:
        self._kills[mutant.place, killed_by] += 1
        self._kills[mutant.module, killed_by] += 1


def measured(
    session: pytest.Session, file: Path, digests: Mapping[str, str], *, at_once: int
) -> Measured:
    """Return what is known of a session's tests; what has changed is run, each in a fork."""
    kept: dict[str, Known] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    by_name = {item.nodeid: digests.get(function_of(item.nodeid), "") for item in session.items}
    missing = [name for name, own in by_name.items() if not _holds(kept.get(name), own)]

    def one(name: str) -> str:
        before = sum(os.times()[:4])
        with Lines() as lines:
            failed = run(session, [name])
        seconds = sum(os.times()[:4]) - before
        why = "fails without a mutant" if failed else ""
        why = why or (f"takes {seconds:.0f} s" if seconds > _SLOWEST else "")
        known = Known(
            digest=by_name[name], seconds=seconds, why=why,
            lines={module: sorted(own) for module, own in lines.seen.items() if own},
            modules={module: digest_of_module(module) for module, own in lines.seen.items() if own},
        )  # fmt: skip
        return json.dumps(known)

    for name, told in each_in_a_fork(((name, _LIMIT) for name in missing), one, at_once=at_once):
        if not told.startswith("{"):
            raise RuntimeError(f"{name} could not be measured: {told}")
        kept[name] = json.loads(told)
        if why := kept[name]["why"]:
            print(f"{name}: {why}, and is left out", file=sys.stderr)
        file.write_text(json.dumps(kept), encoding="utf-8")
    return Measured({name: kept[name] for name in by_name})


def _holds(known: Known | None, digest: str) -> bool:
    return (
        known is not None
        and known["digest"] == digest
        and all(digest_of_module(module) == own for module, own in known["modules"].items())
    )
