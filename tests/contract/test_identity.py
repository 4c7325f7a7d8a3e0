"""Each algorithm gives the population of the plain DEAP program with that seed, on every backend.

The programs are in `plain_programs`. Only the references (pycma, scipy_de) have none: they are no
algorithms of DEAP's.
"""

import json
import os
import random
import signal
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import plain_programs as programs
import pytest

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.genomes.digest import population_digest
from evosweep.plugins.builtins import ALGORITHMS
from evosweep.records.folder import RunFolder
from evosweep.records.journal import read_behind
from evosweep.run.attempt import Attempt, run_one

SEED = 7
BITS = ("onemax", {"bits": 20})
REALS = ("continuous", {"function": "sphere", "dimension": 4})
ZDT = ("zdt", {"function": 1, "dimension": 5})
TREES = ("symbolic_regression", {"data": "quartic", "rows": 20})
SIZE = {"population": 20, "generations": 5}


class Case(NamedTuple):
    """A built-in algorithm on a problem, and the plain program's name and options."""

    problem: tuple[str, dict[str, Any]]
    use: str
    options: dict[str, Any]
    program: str
    plain: dict[str, Any]


def _case(
    problem: tuple[str, dict[str, Any]],
    use: str,
    options: dict[str, Any] = SIZE,
    program: str = "",
    **extra: Any,
) -> Case:
    return Case(problem, use, options | extra, program or use, options)


GENERATIONS = {"generations": 6}
CASES = [
    _case(BITS, "ea_simple"),
    _case(BITS, "ea_mu_plus_lambda"),
    _case(BITS, "ea_mu_comma_lambda"),
    _case(BITS, "pbil", GENERATIONS),
    _case(BITS, "island_model", migration=2),
    _case(BITS, "islands", {"population": 20, "epochs": 3}, migration=2, demes=3),
    _case(BITS, "asynchronous_steady_state", in_flight=6),
    _case(BITS, "cooperative_coevolution"),
    _case(BITS, "one_plus_one", {"generations": 40}),
    _case(BITS, "steady_state"),
    _case(BITS, "random_search"),
    _case(REALS, "cma_es", GENERATIONS),
    _case(REALS, "cma_one_plus_lambda", GENERATIONS),
    _case(REALS, "emna", GENERATIONS),
    _case(REALS, "one_fifth", {"generations": 40}),
    _case(REALS, "differential_evolution"),
    _case(
        REALS, "differential_evolution", program="differential_evolution_immediate",
        updating="immediate",
    ),
    _case(REALS, "particle_swarm"),
    _case(REALS, "evolution_strategy", GENERATIONS),
    _case(ZDT, "nsga2"),
    _case(ZDT, "nsga3"),
    _case(ZDT, "spea2"),
    _case(ZDT, "mo_cma_es"),
    _case(TREES, "ea_simple", program="genetic_programming"),
    _case(TREES, "harm_gp", model=60),
]  # fmt: skip


def plain_digest(case: Case) -> str:
    random.seed(SEED)
    np.random.seed(SEED)
    return population_digest(getattr(programs, case.program)(**case.plain))


def spec_of(case: Case, backend: str, **options: Any) -> RunSpec:
    name, params = case.problem
    workers = 1 if backend == "serial" else 2
    return RunSpec.parse(
        {
            "problem": {"use": name, "params": params, **options},
            "algorithm": {"use": case.use, "params": case.options},
            "backend": {"use": backend, "workers": workers},
            "seed": SEED,
            "import_path": ".",
        }
    )


def attempt_of(case: Case, folder: Path) -> Attempt:
    """An asynchronous algorithm has to take its results in the order of the serial run."""
    if not case.use.startswith("asynchronous"):
        return Attempt()
    serial = RunFolder(folder / "serial")
    with create("serial") as backend:
        run_one(spec_of(case, "serial"), serial, backend)
    return Attempt(order=serial.journal)


def test_every_algorithm_of_deap_has_a_plain_program() -> None:
    assert set(ALGORITHMS) - {case.use for case in CASES} == {"pycma", "scipy_de"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.program)
def test_serial(case: Case, tmp_path: Path) -> None:
    with create("serial") as backend:
        record = run_one(spec_of(case, "serial"), RunFolder(tmp_path), backend)
    assert record.population_digest == plain_digest(case)


@pytest.fixture(scope="module")
def pool() -> Any:
    with create("pool", 2) as backend:
        yield backend


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.program)
def test_pool(case: Case, tmp_path: Path, pool: Any) -> None:
    # A timeout sends even the cheapest evaluation to the workers.
    attempt, folder = attempt_of(case, tmp_path), RunFolder(tmp_path / "pool")
    record = run_one(spec_of(case, "pool", timeout=60), folder, pool, attempt)
    assert record.population_digest == plain_digest(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.program)
@pytest.mark.parametrize("left", [0.1, 0.7])
def test_resumed(case: Case, left: float, tmp_path: Path) -> None:
    """What a kill leaves: no record, and a journal that ends anywhere."""
    folder = RunFolder(tmp_path)
    with create("serial") as backend:
        run_one(spec_of(case, "serial"), folder, backend)
        folder.record.unlink()
        journal = folder.journal.read_bytes()
        behind_session, _ = next(read_behind(folder.journal, 0))
        kept = max(behind_session + 100, int(len(journal) * left))
        folder.journal.write_bytes(journal[:kept])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the torn tail is cut off with a word about it
            record = run_one(spec_of(case, "serial"), folder, backend)
    assert record.resumed == 1
    assert record.population_digest == plain_digest(case)


SCOOP_PROGRAM = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_identity import CASES, attempt_of, spec_of
from evosweep.backends.table import create
from evosweep.records.folder import RunFolder
from evosweep.run.attempt import run_one

if __name__ == "__main__":
    out, digests = Path(sys.argv[2]), []
    with create("scoop", 2) as backend:
        for number, case in enumerate(CASES):
            spec, folder = spec_of(case, "scoop", timeout=60), out / str(number)
            attempt = attempt_of(case, folder / "serial")
            record = run_one(spec, RunFolder(folder), backend, attempt)
            digests.append(record.population_digest)
    (out / "digests.json").write_text(json.dumps(digests))
"""


@pytest.mark.thorough
def test_scoop(tmp_path: Path) -> None:
    """All cases in one program under `python -m scoop`, for its start-up takes a second."""
    program = tmp_path / "program.py"
    program.write_text(SCOOP_PROGRAM)
    scoop = [sys.executable, "-m", "scoop", "--host", "127.0.0.1", "-n", "2"]
    process = subprocess.Popen(
        [*scoop, str(program), str(Path(__file__).parent), str(tmp_path)], start_new_session=True
    )
    try:
        process.wait(600)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    digests = json.loads((tmp_path / "digests.json").read_text())
    expected = [plain_digest(case) for case in CASES]
    assert [case.program for case, one, other in zip(CASES, digests, expected, strict=True)
            if one != other] == []  # fmt: skip


STATEFUL = """
from deap import base, benchmarks, cma
from evosweep.problems.classes import individual_class

def build():
    kind = individual_class("Stateful", list, (-1.0,))
    strategy = cma.Strategy(centroid=[5.0] * 4, sigma=2.0)
    toolbox = base.Toolbox()
    toolbox.register("individual", lambda: kind([0.0] * 4))
    toolbox.register("evaluate", benchmarks.sphere)
    toolbox.register("generate", strategy.generate, kind)
    toolbox.register("update", strategy.update)
    return toolbox
"""


def test_a_run_inherits_no_state_from_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "stateful_problem.py").write_text(STATEFUL)
    spec = {
        "problem": {"use": "stateful_problem:build"},
        "algorithm": {"use": "deap.algorithms:eaGenerateUpdate", "params": {"ngen": 5}},
        "backend": {"use": "serial"},
        "seed": SEED,
        "import_path": str(tmp_path),
    }
    digests = []
    for number in range(3):
        with create("serial") as backend:
            record = run_one(RunSpec.parse(spec), RunFolder(tmp_path / str(number)), backend)
        digests.append(record.population_digest)
    assert len(set(digests)) == 1
