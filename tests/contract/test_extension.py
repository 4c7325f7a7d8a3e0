"""A run that starts from a shorter one has the population of a run that did not."""

import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deap import algorithms as deap_algorithms
from test_algorithms import BITS, SUITABLE, options_of

from evosweep.backends.protocol import Backend
from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.plugins.builtins import ALGORITHMS
from evosweep.plugins.horizon import horizon_of
from evosweep.plugins.loading import load_algorithm
from evosweep.records import journal
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal, Session
from evosweep.records.record import Record
from evosweep.run.attempt import Attempt, run_one
from evosweep.run.extension import NotExtended

HERE = Path(__file__).parent


@pytest.fixture(scope="module", params=["serial", "pool"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    with create(request.param, 1 if request.param == "serial" else 2) as entered:
        yield entered


def _spec(algorithm: str = "ea_simple", generations: int = 3, **more: Any) -> RunSpec:
    problem, params = SUITABLE.get(algorithm, BITS)
    options = options_of(algorithm) if algorithm in ALGORITHMS else {"population": 12}
    name = more.pop("horizon", "epochs" if algorithm == "islands" else "generations")
    stop = {"stop": more.pop("stop")} if "stop" in more else {}
    return RunSpec.parse(
        {
            "problem": {"use": problem, "params": params, "timeout": 600},
            "algorithm": {"use": algorithm, "params": options | {name: generations} | more, **stop},
            "backend": {"use": "serial", "workers": 1},
            "seed": 5,
            "import_path": str(HERE),
        }
    )


Perform = Callable[..., Record]


@pytest.fixture
def perform(tmp_path: Path) -> Iterator[Perform]:
    """Performs a run in `tmp_path/<experiment>/runs`."""
    with create("serial") as serial:

        def perform(
            spec: RunSpec, experiment: str = "study", backend: Backend = serial, **how: Any
        ) -> Record:
            folder = RunFolder(tmp_path / experiment / "runs" / spec.run_id)
            return run_one(spec, folder, backend, Attempt(**how))

        yield perform


def _entries(folder: Path) -> list[tuple[int, tuple[int, ...]]]:
    return [(each.batch, tuple(each.indices)) for each in journal.read(folder / "journal.bin")]


def _sessions(folder: Path) -> list[Session]:
    behind = journal.read_behind(folder / "journal.bin", 0)
    return [entry for _, entry in behind if isinstance(entry, Session)]


class _Killed(BaseException):
    """The process dies; tests/faults/test_growth.py kills real ones."""


def _die_after(count: int, patch: pytest.MonkeyPatch) -> None:
    add, left = Journal._add, iter(range(count - 1, -1, -1))

    def counted(self: Journal, payload: bytes) -> None:
        add(self, payload)
        if not next(left):
            raise _Killed

    patch.setattr(Journal, "_add", counted)


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.thorough
def test_every_algorithm_grows_to_the_same_population(
    name: str, backend: Backend, perform: Perform, tmp_path: Path
) -> None:
    """Also through a kill in the middle of the extension."""
    short, long = _spec(name, 2), _spec(name, 5)
    alone = perform(long, "alone", backend)
    first = perform(short, backend=backend)
    taken = len(_entries(tmp_path / "study" / "runs" / short.run_id))
    folder = tmp_path / "study" / "runs" / long.run_id
    if backend.workers == 1:
        with pytest.MonkeyPatch.context() as patch:
            _die_after(2, patch)
            with pytest.raises(_Killed):
                perform(long, backend=backend)
        assert len(_entries(folder)) == taken + 2
    grown = perform(long, backend=backend)
    if backend.workers == 1 or not name.startswith("asynchronous"):  # each has an order of its own
        assert grown.population_digest == alone.population_digest
    assert grown.evaluations == alone.evaluations > first.evaluations
    assert grown.grown_from == first.run_id
    assert alone.grown_from is first.grown_from is None
    assert grown.resumed == (backend.workers == 1)
    assert _sessions(folder)[0].grown_from == first.run_id
    places = [(batch, i) for batch, chunk in _entries(folder) for i in chunk]
    assert len(places) == len(set(places))


def test_the_longest_shorter_run_is_taken(perform: Perform) -> None:
    one, two = perform(_spec(generations=1)), perform(_spec(generations=3))
    assert two.grown_from == one.run_id
    assert perform(_spec(generations=6)).grown_from == two.run_id
    assert perform(_spec(generations=2)).grown_from == one.run_id


def test_other_runs_are_no_start(perform: Perform) -> None:
    perform(_spec())
    for other in (_spec(generations=9, mutation=0.9), _spec("steady_state", 9)):
        assert perform(other).grown_from is None
    elsewhere = _spec(generations=9)
    assert perform(elsewhere, "another").grown_from is None


def test_fresh_grows_from_nothing(perform: Perform) -> None:
    perform(_spec())
    assert perform(_spec(generations=6), fresh=True).grown_from is None


@pytest.mark.parametrize("budget", ["evaluations", "generations"])
def test_a_budget_in_stop_is_a_horizon_too(perform: Perform, budget: str) -> None:
    stops = ({"evaluations": 30}, {"evaluations": 60}) if budget == "evaluations" else ({}, {})
    generations = (20, 20) if budget == "evaluations" else (20, 40)
    short, long = (
        _spec(generations=count, stop={"stagnation": 1000} | stop)
        for count, stop in zip(generations, stops, strict=True)
    )
    first = perform(short)
    grown = perform(long)
    assert grown.grown_from == first.run_id
    assert grown.population_digest == perform(long, "alone").population_digest


def test_a_stock_algorithm_of_deap_grows_by_its_ngen(perform: Perform) -> None:
    more = {"horizon": "ngen", "cxpb": 0.5, "mutpb": 0.2}
    first = perform(_spec("deap.algorithms:eaSimple", 3, **more))
    grown = perform(_spec("deap.algorithms:eaSimple", 6, **more))
    assert grown.grown_from == first.run_id
    alone = perform(_spec("deap.algorithms:eaSimple", 6, **more), "alone")
    assert grown.population_digest == alone.population_digest


def test_an_algorithm_that_plans_with_its_horizon_starts_from_nothing(perform: Perform) -> None:
    perform(_spec("growing:cooling", 3))
    with pytest.warns(NotExtended, match="starts from nothing: it evaluates other individuals"):
        record = perform(_spec("growing:cooling", 6))
    assert record.grown_from is None
    assert record.population_digest == perform(_spec("growing:cooling", 6), "a").population_digest


def test_a_last_generation_that_differs_is_found(perform: Perform) -> None:
    """Its individuals are those of the shorter run, and it ends with a selection of its own."""
    perform(_spec("growing:ending", 3))
    with pytest.warns(NotExtended, match="starts from nothing: its generation 3 is not that of"):
        record = perform(_spec("growing:ending", 6))
    assert record.grown_from is None
    assert record.population_digest == perform(_spec("growing:ending", 6), "a").population_digest


def test_a_damaged_or_foreign_short_run_is_no_start(
    perform: Perform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tmp_path / "study" / "runs" / perform(_spec()).run_id
    with monkeypatch.context() as patch:
        patch.setattr("evosweep.run.extension.differences", lambda *_: ["Python 3.9, here 3.11"])
        with pytest.warns(NotExtended, match=r"was made with Python 3\.9, here 3\.11: last bits"):
            assert perform(_spec(generations=5)).grown_from is None
    data = bytearray((short / "journal.bin").read_bytes())
    data[len(data) // 2] ^= 1
    (short / "journal.bin").write_bytes(data)
    with pytest.warns(NotExtended, match="is damaged"):
        assert perform(_spec(generations=4)).grown_from is None
    (short / "record.json").write_text("{")
    with warnings.catch_warnings(action="error"):
        assert perform(_spec("ea_simple", 4, mutation=0.3)).grown_from is None


def test_a_run_that_was_removed_is_forgotten(perform: Perform, tmp_path: Path) -> None:
    import shutil

    shutil.rmtree(tmp_path / "study" / "runs" / perform(_spec()).run_id)
    assert perform(_spec(generations=5)).grown_from is None
    marks = [path for path in (tmp_path / "study" / "horizons").rglob("*") if path.is_file()]
    assert len(marks) == 1


def test_nothing_is_written_through_a_planted_link(perform: Perform, tmp_path: Path) -> None:
    first = perform(_spec())
    (mark,) = (path for path in (tmp_path / "study" / "horizons").rglob("*") if path.is_file())
    later = _spec(generations=5)
    planted = mark.with_name(mark.name.replace(first.run_id, later.run_id))
    planted.symlink_to(tmp_path / "precious")
    assert perform(later).grown_from == first.run_id
    assert not (tmp_path / "precious").exists()


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_built_in_algorithm_has_a_horizon(name: str) -> None:
    horizon = "epochs" if name == "islands" else "generations"
    assert horizon_of(load_algorithm(name))[0] == horizon


def test_a_horizon_is_declared_by_the_algorithm() -> None:
    def own(toolbox: object, steps: int = 7) -> None: ...

    assert horizon_of(own) == (None, None)
    own.horizon = "steps"  # type: ignore[attr-defined]
    assert horizon_of(own) == ("steps", 7)
    assert horizon_of(deap_algorithms.eaSimple)[0] == "ngen"
    assert horizon_of(random.Random) == (None, None)
