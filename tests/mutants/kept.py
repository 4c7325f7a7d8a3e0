"""The outcomes of earlier calls, by what was mutated and what it was tried with."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

from mutant import ROOT, Mutant, path_of

SURVIVED = "survived"
BY_IMPORT = "by import"
FOLDER = ROOT / ".mutants" / "outcomes"
"""Where outcomes are kept; they name no machine."""


class Stamp(TypedDict):
    """Digests of what an outcome depends on."""

    source: str
    tests: dict[str, str]
    """Of each file of tests, with what lies beside it and is no test."""


class Kept:
    """The outcomes of one module's mutants.

    That a test fails is known as long as the module and the file of this test are the same; that
    none does, as long as the module and all tests are.
    """

    def __init__(self, module: str, tests: Iterable[str], folder: Path = FOLDER) -> None:
        self.path = file_of(module, folder)
        self.stamp = stamp_of(module, tests)
        self._outcomes: dict[tuple[str, ...], str] = {}
        self.read()

    def read(self) -> None:
        """Read the outcomes that still hold; the last one of a mutant counts."""
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                if self._holds(told["outcome"], told["stamp"]):
                    self._outcomes[tuple(told["key"])] = told["outcome"]

    def _holds(self, outcome: str, stamp: Stamp) -> bool:
        if stamp["source"] != self.stamp["source"]:
            return False
        if outcome == SURVIVED:
            return stamp == self.stamp
        file = outcome.partition("::")[0]
        return stamp["tests"].get(file) == self.stamp["tests"].get(file)

    def outcome(self, mutant: Mutant) -> str | None:
        """Return what came of a mutant; None if it has to be tried."""
        return self._outcomes.get(mutant.key)


def keep(mutant: Mutant, outcome: str, stamp: Stamp, folder: Path) -> None:
    """Add an outcome to those of the mutant's module."""
    line = json.dumps({"key": mutant.key, "outcome": outcome, "stamp": stamp})
    with file_of(mutant.module, folder).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def file_of(module: str, folder: Path) -> Path:
    return folder / f"{module.replace('/', '.')}.jsonl"


def measured_file(tests: Iterable[str]) -> Path:
    """Return the file with the seconds of these tests, as long as they are the same."""
    stamp = json.dumps(stamp_of("cli", tests)["tests"])
    return FOLDER / f"{hashlib.sha256(stamp.encode()).hexdigest()[:16]}.measured"


def stamp_of(module: str, tests: Iterable[str]) -> Stamp:
    files = sorted({test.partition("::")[0] for test in tests})
    return {
        "source": _digest([path_of(module)]),
        "tests": {file: _digest([ROOT / file, *_beside(ROOT / file)]) for file in files},
    }


def _beside(test: Path) -> list[Path]:
    return sorted(path for path in test.parent.glob("*.py") if not path.name.startswith("test_"))


def _digest(files: Sequence[Path]) -> str:
    sha = hashlib.sha256()
    for file in files:
        sha.update(file.read_bytes())
    return sha.hexdigest()[:16]
