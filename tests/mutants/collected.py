"""The tests that pytest has collected: which of them call what, and runs of some of them."""

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import _pytest.main
import pytest
from forks import each_in_a_fork
from mutant import module_of

_SLOWEST = 1.0  # seconds of processor; a test that takes longer is left out


class Tests:
    """A plugin of pytest that hands the collected tests over in place of running them."""

    options = ("-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider")

    def __init__(self, work: Callable[[pytest.Session], object]) -> None:
        self._work = work
        self.was_called = False

    def pytest_collection(self) -> None:
        """Draw the same examples each time; conftest.py has loaded its own profile by now."""
        import hypothesis  # pytest itself must import its plugin first

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutants",
            hypothesis.settings(),
            derandomize=True,
            database=None,
            phases=phases,
            max_examples=30,
        )
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.was_called = True
        self._work(session)
        return True


class Calls:
    """The outermost functions of evosweep that are called in a block, each after its module."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._modules: dict[str, str | None] = {}

    def __enter__(self) -> "Calls":
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code.co_filename not in self._modules:
            self._modules[code.co_filename] = module_of(code.co_filename)
        if module := self._modules[code.co_filename]:
            self.seen.add(f"{module} {code.co_qualname.partition('.<locals>')[0]}")


@dataclass
class Measured:
    """The seconds of each test that passes, and the functions that it calls."""

    tests: dict[str, tuple[float, list[str]]]

    @classmethod
    def read(cls, path: Path) -> "Measured":
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @property
    def total(self) -> float:
        return sum(seconds for seconds, _ in self.tests.values())

    def callers_of(self, place: str) -> list[str]:
        """Return the tests that call a function, the fastest first."""
        return sorted(
            (name for name, (_, places) in self.tests.items() if place in places),
            key=lambda name: self.tests[name][0],
        )

    def seconds_of(self, place: str) -> float:
        return sum(self.tests[name][0] for name in self.callers_of(place))

    def first_callers_of(self, module: str) -> list[str]:
        """Return all tests: first those that call anything of a module, the fastest first."""
        prefix = f"{module} "

        def rank(name: str) -> tuple[bool, float]:
            seconds, places = self.tests[name]
            return not any(place.startswith(prefix) for place in places), seconds

        return sorted(self.tests, key=rank)


def measure(session: pytest.Session, path: Path) -> None:
    """Run each test once in a fork, and keep what is seen in a file."""

    def measured(_: object) -> str:
        tests = {}
        for item in session.items:
            before = sum(os.times()[:4])
            with Calls() as calls:
                wrong = run(session, [item.nodeid])
            seconds = sum(os.times()[:4]) - before
            if wrong or seconds > _SLOWEST:
                why = "fails without a mutant" if wrong else f"takes {seconds:.0f} s"
                print(f"{item.nodeid}: {why}, and is left out", file=sys.stderr)
            else:
                tests[item.nodeid] = (seconds, sorted(calls.seen))
        path.write_text(json.dumps(tests), encoding="utf-8")
        return "done"

    for _, told in each_in_a_fork([(None, 1e6)], measured, at_once=1):
        if told != "done":
            raise RuntimeError(f"the tests could not be measured: {told}")


def run(session: pytest.Session, names: Sequence[str]) -> str:
    """Run some of the tests, up to the first that fails; returns its name, or an empty text."""
    items = {item.nodeid: item for item in session.items}
    failed = _Failed()
    every = session.items
    session.items = [items[name] for name in names if name in items]
    session.config.pluginmanager.register(failed)
    session.config._tmp_path_factory._basetemp = Path(tempfile.gettempdir())  # type: ignore[attr-defined]
    try:
        _pytest.main.pytest_runtestloop(session)
    except session.Failed:
        pass
    finally:
        session.config.pluginmanager.unregister(failed)
        session.items, session.testsfailed = every, 0
        session._shouldfail = False  # the property warns that it stays set
    return failed.name


class _Failed:
    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid
