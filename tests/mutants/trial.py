"""Runs the tests of a subject against its mutants, each in a fork: `python trial.py JOB`.

What the tests need of other packages is imported once. The tests are collected once as well, and a
fork gives the mutated function its code: a mutant costs no more than those tests that call the
function, up to the first that fails. A mutant of what is evaluated at import has a fork of its own,
which imports evosweep and collects the tests again.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TypedDict

import numpy  # noqa: F401 - imported before the forks, as the rest of this block
import pyarrow.parquet  # noqa: F401
import pydantic  # noqa: F401
import pytest
from collected import Calls, Measured, Tests, measure, run
from deap import algorithms, creator, gp, tools  # noqa: F401
from forks import each_in_a_fork, end_with_parent
from kept import BY_IMPORT, SURVIVED, Stamp, keep
from mutant import ROOT, Mutant
from swap import Importer, functions_of, put

_LEEWAY = 4.0  # seconds of processor that a mutant gets beside three times those of its tests


class Job(TypedDict):
    """What the driver asks for, as JSON."""

    tests: list[str]
    measured: str
    """The file with the seconds and calls of the tests, made where it is missing."""
    mutants: list[dict[str, object]]
    at_once: int
    stamps: dict[str, Stamp]
    folder: str
    """Where outcomes are kept."""


class Trial:
    """Some mutants, and the tests that should kill them."""

    def __init__(self, job: Job) -> None:
        self._tests, self._at_once, self._stamps = job["tests"], job["at_once"], job["stamps"]
        self._mutants = [Mutant(**fields) for fields in job["mutants"]]  # type: ignore[arg-type]
        self._measured_in, self._folder = Path(job["measured"]), Path(job["folder"])
        self._again = Path(tempfile.mkdtemp(), "again")

    def work(self) -> None:
        """Keep the outcome of every mutant."""
        for _, told in each_in_a_fork([(None, 1e6)], lambda _: self._in_functions(), at_once=1):
            if told != "done":
                sys.exit(f"the tests were not run: {told}")
        limit = 2 * _LEEWAY + 3 * Measured.read(self._measured_in).total
        again = [(int(line), limit) for line in self._again.read_text().splitlines()]
        for number, told in each_in_a_fork(again, self._imported, at_once=self._at_once):
            self._keep(number, told)

    def _in_functions(self) -> str:
        """Let pytest collect the tests, and try the mutants of functions."""
        plugin = Tests(self._try_functions)
        with Calls() as self._at_import:
            status = pytest.main([*plugin.options, *self._tests], plugins=[plugin])
        return "done" if plugin.was_called else f"pytest ended with {status}"

    def _try_functions(self, session: pytest.Session) -> None:
        self._at_import.__exit__()
        if not self._measured_in.exists():
            measure(session, self._measured_in)
        measured = Measured.read(self._measured_in)
        functions = {each.module: functions_of(each.module) for each in self._mutants}

        def tried(number: int) -> str:
            mutant = self._mutants[number]
            if not mutant.function or not put(mutant, functions[mutant.module]):
                return BY_IMPORT
            killed_by = run(session, measured.callers_of(mutant.place))
            if not killed_by and mutant.place in self._at_import.seen:
                return BY_IMPORT
            return killed_by or SURVIVED

        numbered = (
            (number, _LEEWAY + 3 * measured.seconds_of(mutant.place))
            for number, mutant in enumerate(self._mutants)
        )
        again = []
        for number, told in each_in_a_fork(numbered, tried, at_once=self._at_once):
            if told == BY_IMPORT:
                again.append(f"{number}\n")
            else:
                self._keep(number, told)
        self._again.write_text("".join(again))

    def _imported(self, number: int) -> str:
        """Import evosweep with a mutant in it, and run the tests."""
        mutant = self._mutants[number]
        Importer(mutant).install()
        killed_by: list[str] = []
        names = Measured.read(self._measured_in).first_callers_of(mutant.module)
        plugin = Tests(lambda session: killed_by.append(run(session, names)))
        pytest.main([*plugin.options, *self._tests], plugins=[plugin])
        return (killed_by[0] or SURVIVED) if killed_by else "the collection of the tests"

    def _keep(self, number: int, told: str) -> None:
        mutant = self._mutants[number]
        keep(mutant, told, self._stamps[mutant.module], self._folder)


if __name__ == "__main__":
    end_with_parent()
    os.chdir(ROOT)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    Trial(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).work()
