"""The outcomes of earlier calls, by what was mutated and what it was tried with."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from digests import digest_of_place, function_of
from mutant import KEPT, Mutant

SURVIVED = "survived"
BY_IMPORT = "by import"
NOT_TRIED = "not tried"
FOLDER = KEPT / "outcomes"
"""Where outcomes are kept; they name no machine."""


class Outcome(TypedDict):
    """What came of one mutant."""

    key: list[str]
    outcome: str
    """The test that failed, SURVIVED, or how the process ended."""
    place: str
    """Digest of what was mutated."""
    tests: list[str]
    """Digests of the test that failed, or else of all tests."""


class Kept:
    """The outcomes of one module's mutants.

    That a test fails is known as long as the mutated function and this test are the same; that none
    does, as long as the function is the same and there is no other test. What else the two call is
    not looked at.
    """

    def __init__(self, module: str, digests: Mapping[str, str], folder: Path = FOLDER) -> None:
        self._path, self._digests = file_of(module, folder), digests
        self._known = set(digests.values())
        self._outcomes: dict[tuple[str, ...], Outcome] = {}
        self.read()

    def read(self) -> None:
        """Read the outcomes; the last one of a mutant counts."""
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                told: Outcome = json.loads(line)
                self._outcomes[tuple(told["key"])] = told

    def outcome(self, mutant: Mutant) -> str | None:
        """Return what came of a mutant; None if it has to be tried."""
        told = self._outcomes.get(mutant.key)
        if told is None or told["place"] != digest_of_place(mutant):
            return None
        tests = set(told["tests"])
        survived = told["outcome"] == SURVIVED
        holds = self._known <= tests if survived else tests <= self._known
        return told["outcome"] if holds else None

    def passed(self, mutant: Mutant) -> list[str]:
        """Return the digests of tests that are known to pass with a mutant."""
        told = self._outcomes.get(mutant.key)
        survived = told and told["outcome"] == SURVIVED and told["place"] == digest_of_place(mutant)
        return told["tests"] if told and survived else []


def keep(mutant: Mutant, outcome: str, digests: Mapping[str, str], folder: Path) -> None:
    """Add an outcome to those of the mutant's module."""
    own = digests.get(function_of(outcome))
    told = Outcome(
        key=list(mutant.key), outcome=outcome, place=digest_of_place(mutant),
        tests=[own] if own else sorted(set(digests.values())),
    )  # fmt: skip
    line = f"{json.dumps(told)}\n".encode()
    path = file_of(mutant.module, folder)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, line)  # whole: another clone's call may add to the same file
    finally:
        os.close(file)


def file_of(module: str, folder: Path) -> Path:
    return folder / f"{module.replace('/', '.')}.jsonl"
