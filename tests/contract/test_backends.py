"""The promise: one seed, one population, on every backend and worker count, as by hand in DEAP."""

import importlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import engines
import numpy
import pytest
from backend_checks import CHECKS
from deap import algorithms, base, creator, tools
from hits import hit, kills
from windows import EVALUATING

from evosweep import open_backend
from evosweep.backends import table
from evosweep.backends.protocol import Backend
from evosweep.backends.table import BACKENDS, BackendKind, create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError, RunError
from evosweep.genomes.digest import population_digest
from evosweep.records.folder import RunFolder
from evosweep.records.reading import load_record
from evosweep.run.attempt import run_one
from evosweep.supervision.job_folder import JobFolder
from evosweep.supervision.supervisor import supervise

HERE = Path(__file__).parent
PARAMS = {"population": 40, "generations": 6, "crossover": 0.5, "mutation": 0.2}
SEED = 64


def _spec(use: str, workers: int) -> RunSpec:
    return RunSpec.parse(
        {
            "problem": {"use": "by_hand:build", "params": {"seconds": 0.002}},
            "algorithm": {"use": "ea_simple", "params": PARAMS},
            "backend": engines.backend(use, workers),
            "seed": SEED,
            "import_path": str(HERE),
        }
    )


@pytest.fixture(scope="module")
def by_hand() -> str:
    """The digest of a plain DEAP program, written as in DEAP's documentation."""
    toolbox = base.Toolbox()
    creator.create("ByHandMax", base.Fitness, weights=(1.0,))
    creator.create("ByHandIndividual", list, fitness=creator.ByHandMax)
    toolbox.register("attr_bool", random.randint, 0, 1)
    toolbox.register(
        "individual", tools.initRepeat, creator.ByHandIndividual, toolbox.attr_bool, 50
    )
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (sum(individual),))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    random.seed(SEED)
    numpy.random.seed(SEED)
    population = toolbox.population(n=40)
    population, _ = algorithms.eaSimple(
        population, toolbox, cxpb=0.5, mutpb=0.2, ngen=6, verbose=False
    )
    return population_digest(population)


WORKERS = {"serial": [1], "pool": [1, 2, 4], "scoop": [2, 4]}  # any other backend: 3


@pytest.mark.parametrize(
    ("use", "workers"),
    [(use, workers) for use in BACKENDS for workers in WORKERS.get(use, [3])],
)
def test_the_population_is_that_of_plain_deap(
    tmp_path: Path, by_hand: str, use: str, workers: int
) -> None:
    engines.require(use)
    spec = _spec(use, workers)
    what = {"spec": spec.to_dict(), "seeds": [SEED], "out": tmp_path, "several": False}
    with JobFolder.temporary(**what) as job:
        assert supervise(job) == 0
    record = load_record(tmp_path)
    assert record.population_digest == by_hand
    assert record.run_id == spec.run_id
    assert not list(tmp_path.glob(".*"))


def test_chunks_of_any_size_give_the_same(
    tmp_path: Path, by_hand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the dispatcher cuts, here at random."""
    from evosweep.evaluation.dispatcher import Dispatcher

    def cut(_: Any, items: Any, make: Any) -> Any:
        while items:
            size = random.Random(len(items)).randrange(1, 9)
            chunk = make(-1, items[:size], sent=False)
            yield chunk, chunk.work()
            items = items[size:]

    monkeypatch.setattr(Dispatcher, "run", cut)
    with create("serial") as backend:
        record = run_one(_spec("serial", 1), RunFolder(tmp_path), backend)
    assert record.population_digest == by_hand


# SCOOP's broker takes every chunk at once: their sizes cannot follow from one another.
_ALL_AT_ONCE = {("scoop", "chunks_are_taken_as_there_is_room")}


@pytest.fixture(scope="module", params=BACKENDS)
def kept(request: pytest.FixtureRequest) -> tuple[str, set[str]]:
    """A backend, and the promises that it keeps when it is started as a program would start it."""
    use = request.param
    engines.require(use)
    kind = BACKENDS[use]
    workers = 1 if kind.alone else 2
    if kind.launcher:
        program = [str(HERE / "backend_checks.py"), use, str(workers)]
        done = subprocess.run(
            [*kind.launch(workers), *program],
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        lines = done.stdout.splitlines()
        return use, {line.removeprefix("kept: ") for line in lines if line.startswith("kept: ")}
    options = engines.OPTIONS.get(use, {})
    own = {"import_path": str(HERE)} if options else {}
    with create(use, workers, {**options, **own}) as backend:
        return use, {name for name, check in CHECKS.items() if _is_kept(check, backend)}


def _is_kept(check: Callable[[Backend], None], backend: Backend) -> bool:
    with suppress(AssertionError):
        check(backend)
        return True
    return False


@pytest.mark.parametrize("check", CHECKS)
def test_every_backend_keeps_the_contract(kept: tuple[str, set[str]], check: str) -> None:
    use, promises = kept
    if (use, check) in _ALL_AT_ONCE:
        pytest.skip("its broker takes every chunk at once")
    assert check in promises


@pytest.mark.parametrize("kind", BACKENDS.values(), ids=lambda kind: kind.name)
def test_every_line_of_the_table_is_complete(kind: BackendKind) -> None:
    assert kind.summary
    module, _, name = kind.implementation.partition(":")
    assert isinstance(getattr(importlib.import_module(module), name), type)
    assert isinstance(table.imported(kind.supervised), type)
    assert bool(kind.module) == bool(kind.extra)
    assert kind.required in ("", *kind.options)
    assert not (kind.alone and (kind.crosses_hosts or kind.launcher))
    assert kind.launch(7) == [sys.executable] or {"7", "8"} & set(kind.launch(7))


def test_the_table_is_read_without_importing_a_backend() -> None:
    """Snakemake reads configs while it parses."""
    code = (
        "import sys, evosweep.backends.table\n"
        "print([m for m in ('deap', 'numpy', 'scoop', 'psutil', 'dask', 'mpi4py')\n"
        "       if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_backends_and_workers_are_refused() -> None:
    with pytest.raises(InputError, match="no backend is called 'dusk'"):
        create("dusk")
    with pytest.raises(InputError, match="workers is 0"):
        create("pool", 0)
    with pytest.raises(InputError, match="not started by SCOOP"):
        create("scoop", 2)
    with pytest.raises(InputError, match="pool takes no scheduler; dask does"):
        create("pool", 2, {"scheduler": "tcp://127.0.0.1:1"})
    with pytest.raises(InputError, match="futures needs executor"):
        create("futures", 2)


@pytest.mark.parametrize(
    ("tasks", "told"),
    [
        ("1", "call it as: mpiexec -n 3 python -m mpi4py.futures PROGRAM"),
        ("4", "srun has started 4 programs that know nothing of one another"),
    ],
)
def test_a_program_without_ranks_is_told_how_to_start(tasks: str, told: str) -> None:
    """`srun` without --mpi starts so many programs, each of which is rank 0 of 1."""
    engines.require("mpi")
    code = "from evosweep.backends.table import create; create('mpi', 2)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"SLURM_STEP_NUM_TASKS": tasks},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told in done.stderr


@pytest.mark.thorough
def test_a_stock_program_under_every_backend() -> None:
    """`open_backend(...)`'s map in a program of a user's own gives what Python's map gives."""
    script = str(HERE / "stock_program.py")
    kinds = [kind for kind in BACKENDS.values() if kind.is_installed and not kind.required]
    launchers = {"none": [sys.executable], **{kind.name: kind.launch(2) for kind in kinds}}
    printed = {
        subprocess.run(
            [*launcher, script, use], capture_output=True, text=True, check=True
        ).stdout.strip()
        for use, launcher in launchers.items()
    }
    assert len(printed) == 1
    assert len(printed.pop()) == 64


def test_what_does_not_pickle_is_named_before_anything_is_evaluated() -> None:
    lock = threading.Lock()
    toolbox = base.Toolbox()
    toolbox.register("evaluate", max, key=lock)
    with open_backend("pool", 2) as opened, pytest.raises(InputError) as caught:
        opened.map(toolbox.evaluate, [[1]])
    assert "keyword 'key'" in str(caught.value)
    assert "lock" in str(caught.value)


def test_an_exception_of_the_function_is_the_callers() -> None:
    with open_backend("pool", 2) as opened, pytest.raises(ValueError, match="invalid literal"):
        opened.map(int, ["1", "2", "three"])


class Odd(Exception):
    """Pickles, and cannot be unpickled: the usual mistake."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def odd(number: int) -> int:
    time.sleep(0.02)  # worth a worker
    if number == 3:
        raise Odd(1, 2)
    return number


def killing(number: int) -> int:
    time.sleep(0.02)
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_an_exception_that_does_not_unpickle_is_told() -> None:
    with open_backend("pool", 2) as opened, pytest.raises(RunError, match="Odd: 1 and 2"):
        opened.map(odd, range(8))


@kills(EVALUATING)
def test_an_item_that_kills_its_worker_is_named() -> None:
    with open_backend("pool", 2) as opened, pytest.raises(RunError) as caught:
        opened.map(killing, range(8))
    assert "item 3: " in str(caught.value)
    assert "3 times by SIGKILL" in str(caught.value)
    hit(EVALUATING)
    assert "the arguments: (3,)" in str(caught.value)


def test_an_open_backend_must_be_entered() -> None:
    with pytest.raises(InputError, match="context manager"):
        open_backend("serial").map(int, ["1"])
