"""The tests that pytest has collected, and runs of some of them."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import _pytest.main
import pytest


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
