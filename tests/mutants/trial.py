"""Runs the tests of a subject against its mutants, each in a fork: `python trial.py JOB`.

What the tests need of other packages is imported once. The tests are collected once as well, and a
fork gives the mutated function its code: a mutant costs no more than those tests that execute the
mutated line, up to the first that fails. A mutated assignment at the top of a module is executed
again. What this does not show has a fork of its own, which imports evosweep with the mutant and
collects the tests again.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import numpy  # noqa: F401 - imported before the forks, as the rest of this block
import pyarrow.parquet  # noqa: F401
import pydantic  # noqa: F401
import pytest
from collected import Tests, run
from deap import algorithms, creator, gp, tools  # noqa: F401
from digests import function_of
from forks import each_in_a_fork, end_with_parent
from kept import BY_IMPORT, NOT_TRIED, SURVIVED, keep
from lines import Lines, lines_of
from measured import Measured, measured
from mutant import ROOT, Mutant
from statements import Unswappable, put_statement
from swap import Importer, functions_of, put

_LEEWAY = 3.0  # seconds of processor that a mutant gets beside twice those of its tests


class Job(TypedDict):
    """What the driver asks for, as JSON."""

    tests: list[str]
    digests: dict[str, str]
    """Of each function of the tests."""
    measured: str
    """The file with what is known of the tests."""
    mutants: list[dict[str, object]]
    passed: list[list[str]]
    """For each mutant the digests of tests that are known to pass with it."""
    at_once: int
    until: float
    """The time after which no other mutant is begun, in seconds since the epoch."""
    folder: str
    """Where outcomes are kept."""


class Trial:
    """Some mutants, and the tests that should kill them."""

    def __init__(self, job: Job) -> None:
        self._job, self._folder = job, Path(job["folder"])
        self._mutants = [Mutant(**fields) for fields in job["mutants"]]  # type: ignore[arg-type]
        self._again = Path(tempfile.mkdtemp(), "again")

    def work(self) -> None:
        """Keep the outcome of every mutant."""
        for _, told in each_in_a_fork([(None, 1e6)], lambda _: self._in_functions(), at_once=1):
            if told != "done":
                sys.exit(f"the tests were not run: {told}")
        again = json.loads(self._again.read_text(encoding="utf-8"))
        waiting = (each for each in again if self._has_time())
        at_once = self._job["at_once"]
        for (number, _), told in each_in_a_fork(waiting, self._imported, at_once=at_once):
            self._keep(number, told)

    def _has_time(self) -> bool:
        return time.time() < self._job["until"]

    def _in_functions(self) -> str:
        """Let pytest collect the tests, and try the mutants of functions."""
        plugin = Tests(self._try_here)
        with Lines() as self._at_import:
            status = pytest.main([*plugin.options, *self._job["tests"]], plugins=[plugin])
        return "done" if plugin.was_called else f"pytest ended with {status}"

    def _try_here(self, session: pytest.Session) -> None:
        self._at_import.__exit__()
        job, file = self._job, Path(self._job["measured"])
        known = measured(session, file, job["digests"], at_once=job["at_once"])
        modules = {mutant.module for mutant in self._mutants}
        self._functions = {module: functions_of(module) for module in modules}

        def waiting() -> Iterator[tuple[int, float]]:
            for number in range(len(self._mutants)):
                if self._has_time():
                    seconds = known.seconds_of(self._tests_for(number, known))
                    yield number, _LEEWAY + 2 * seconds

        def tried(number: int) -> str:
            try:
                whole = self._put(self._mutants[number])
            except LookupError:  # somebody edits the module
                return NOT_TRIED
            killed_by = whole is not None and run(session, self._tests_for(number, known))
            return killed_by or (SURVIVED if whole else BY_IMPORT)

        again = []
        for number, told in each_in_a_fork(waiting(), tried, at_once=job["at_once"]):
            if told == NOT_TRIED:
                continue
            if told == BY_IMPORT:
                again.append(
                    (number, self._not_passed(number, known.all_for(self._mutants[number])))
                )
            else:
                known.note(self._mutants[number], told)
                self._keep(number, told)
        limit = 10 * _LEEWAY + 2 * known.total
        self._again.write_text(json.dumps([(each, limit) for each in again]))

    def _tests_for(self, number: int, known: Measured) -> list[str]:
        """Return the tests to run: those that may fail."""
        return self._not_passed(number, known.tests_for(self._mutants[number]))

    def _not_passed(self, number: int, names: list[str]) -> list[str]:
        passed, digests = set(self._job["passed"][number]), self._job["digests"]
        return [name for name in names if digests[function_of(name)] not in passed]

    def _put(self, mutant: Mutant) -> bool | None:
        """Put a mutant into what is imported.

        Returns None if that cannot be done, and False if it may be found elsewhere as well.
        """
        if mutant.function:
            if not put(mutant, self._functions[mutant.module]):
                return None
            return not lines_of(mutant) & self._at_import.seen.get(mutant.module, set())
        try:
            return put_statement(mutant)
        except Unswappable:
            return None

    def _imported(self, job: tuple[int, list[str]]) -> str:
        """Import evosweep with a mutant in it, and run the tests."""
        number, names = job
        Importer(self._mutants[number]).install()
        killed_by: list[str] = []
        plugin = Tests(lambda session: killed_by.append(run(session, names)))
        pytest.main([*plugin.options, *self._job["tests"]], plugins=[plugin])
        return (killed_by[0] or SURVIVED) if killed_by else "the collection of the tests"

    def _keep(self, number: int, told: str) -> None:
        keep(self._mutants[number], told, self._job["digests"], self._folder)


if __name__ == "__main__":
    end_with_parent()
    os.chdir(ROOT)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    Trial(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).work()
