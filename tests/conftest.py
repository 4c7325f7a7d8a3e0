"""What every test shares: its tier, its place among parallel tests, and Hypothesis' settings.

Tiers: `make test-fast` leaves out whatever is marked `thorough`; `make test` leaves out whatever is
marked `slow`; `make faults` runs those of tests/faults too. Tests of one group share a worker of
pytest-xdist, and with it what their fixtures have set up: an engine, images, servers, pools.
"""

import functools
import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import covering
import fault_table
import hits
import noted
import pytest
from hypothesis import HealthCheck, settings

from evosweep.processes import safe_path

HERE = Path(__file__).parent

# None depends on how busy the machine is.
settings.register_profile("evosweep", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("evosweep")
settings.register_profile("fast", settings.get_profile("evosweep"), max_examples=covering.EXAMPLES)

FIRST = ("container", "cluster", "tracking", "workflow", "faults", "proof", "contract", "compare")
"""Folders by the time that they take in parallel: the longest first, so that no worker is left
with a long one at the end."""
THOROUGH = {
    *("cluster", "container", "faults", "proof", "tracking", "workflow"),
    *("compare/test_command.py", "compare/test_compared_parameters.py"),
    *("compare/test_copied_runs.py", "compare/test_current.py", "compare/test_damage.py"),
    *("compare/test_extremes.py", "compare/test_first_look.py", "compare/test_importance.py"),
    *("compare/test_labels.py", "compare/test_ranking.py", "compare/test_report_page.py"),
    *("compare/test_scale.py", "compare/test_sentences.py", "compare/test_stages_report.py"),
    *("contract/test_futures.py", "contract/test_registry.py", "contract/test_special.py"),
    *("examples",),
    *("export/test_hostile_folders.py", "export/test_hostile_receipts.py"),
    *("fuzz/test_commands.py", "fuzz/test_every_kind.py", "fuzz/test_every_reader.py"),
    *("fuzz/test_things.py", "notebook/test_figure.py"),
    *("unit/fast/test_strange_copies.py", "unit/fast/test_strange_selections.py"),
    *("unit/fast/test_strange_toolboxes.py", "unit/fast/test_strange_variation.py"),
    *("unit/test_style.py", "unit/test_warm.py", "unit/test_warm_run.py"),
}
"""Folders and files that need an engine, a server, Snakemake, many processes or many seconds."""
COSTLY = {"dask", "mpi", "coco", "feature_selection", "hyperparameters"}
"""Backends and problems whose tests are thorough: each of their processes imports for seconds."""
_LIMIT = 600
_BY_DASK = {"MALLOC_TRIM_THRESHOLD_", "PYTHONHASHSEED", "__DASK_PARENT_PID"} - os.environ.keys()
"""Variables that Dask sets before it starts workers, and leaves behind."""

# Of tests, pytest keeps what it compiles: for the next call, also where Python keeps nothing.
_KEEPS_NOTHING = sys.dont_write_bytecode
sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    """Let Hypothesis try fewer examples in the fast tier."""
    if _is_fast(config):
        settings.load_profile("fast")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out of the fast tier what it would only import: MLflow, Snakemake, SciPy, browsers."""
    inside = collection_path.is_relative_to(HERE)
    left_out = inside and str(collection_path.relative_to(HERE)) in THOROUGH
    return True if left_out and _is_fast(config) else None


def _is_fast(config: pytest.Config) -> bool:
    return "not thorough" in str(config.getoption("markexpr"))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Looks for no garbage among what tests import, nor later: each process collects all tests.

    What imports execute is measured once, by the first of the processes.
    """
    if getattr(session.config, "workerinput", {"workerid": "gw0"})["workerid"] != "gw0":
        covering.pause()
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)  # before the hook of pytest-xdist that reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks each test by the folder that it lies in and by what it shares with others."""
    for item in items:
        folder = _folder(item)
        if THOROUGH & {folder, _file(item)} or item.get_closest_marker("browser") or _costly(item):
            item.add_marker(pytest.mark.thorough)
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))
        if folder == "container":  # its images are built by a fixture, in no test's time
            own = item.get_closest_marker("timeout")
            item.add_marker(pytest.mark.timeout(own.args[0] if own else _LIMIT, func_only=True))
    if hasattr(config, "workerinput"):
        places = {folder: place for place, folder in enumerate(FIRST)}
        items.sort(key=lambda item: places.get(_folder(item), len(FIRST)))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Stops where pytest-xdist does not see the groups: each worker would set up everything."""
    sys.dont_write_bytecode = _KEEPS_NOTHING
    grouped = [item for item in session.items if item.get_closest_marker("xdist_group")]
    if hasattr(session.config, "workerinput") and not all("@" in each.nodeid for each in grouped):
        raise pytest.UsageError("this pytest-xdist does not keep groups of tests together")


def _folder(item: pytest.Item) -> str:
    return _within(item.path).parts[0]


def _file(item: pytest.Item) -> str:
    return str(_within(item.path))


@functools.cache
def _within(path: Path) -> Path:
    """The path of a file among the tests, which has hundreds of them."""
    return path.relative_to(HERE)


def _costly(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return bool(callspec and COSTLY & set(callspec.id.split("-")))


def _group(item: pytest.Item) -> str | None:
    """Whom a test shares a worker with; None: it may run beside any other."""
    if _folder(item) in ("cluster", "container"):
        return _folder(item)
    info = getattr(item, "_fixtureinfo", None)
    definitions = info.name2fixturedefs if info else {}
    if "server" in definitions:
        return "server"
    shared = any(each[-1].scope == "module" for each in definitions.values())
    return _file(item) if shared else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Coverage is that of the fast tier: a thorough test is not slowed down by it."""
    covering.pause() if item.get_closest_marker("thorough") else covering.resume()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test that kills has hit what it wanted to hit, or fails."""
    with covering.first_examples(getattr(item, "obj", None)):
        yield
    hits.check(item)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":
        fault_table.collect(report)
        hits.collect(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    fault_table.show(terminalreporter)
    hits.show(terminalreporter)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More than this process has processors, since many tests wait; eight at most.

    Those of the cluster and of the containers keep two that wait for most of their time.
    """
    return min(len(os.sched_getaffinity(0)) + (1 if _is_fast(config) else 3), 8)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """No fixture starts its programs as a command did that one before it called.

    Programs inherit, too, that this process ignores interrupts, as shells start what they do not
    wait for: then some would be forked, and others started anew.
    """
    safe_path.release()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    noted.begin(item)


@pytest.fixture(autouse=True)
def _environment_as_before() -> Iterator[None]:
    """A command that a test calls in its own process may change what others inherit from it."""
    before = {name: text for name, text in os.environ.items() if name not in _BY_DASK}
    for name in _BY_DASK & os.environ.keys():
        del os.environ[name]
    yield
    before["PYTEST_CURRENT_TEST"] = os.environ["PYTEST_CURRENT_TEST"]
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)
