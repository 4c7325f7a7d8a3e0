"""Genes of every kind: the population of the plain program on every backend, or a refusal."""

import random
from pathlib import Path

import numpy as np
import pytest
import rich_genes
from pyarrow import parquet

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.genomes.digest import population_digest
from evosweep.records.folder import RunFolder
from evosweep.records.record import Record
from evosweep.run.attempt import run_one

SEED = 11
NAMES = [
    "routes", "melody", "timetable", "layers", "bins", "controller", "circuit", "necklace", "key",
    "fractions", "robots",
]  # fmt: skip


def _run(folder: Path, name: str, use: str) -> Record:
    spec = RunSpec.parse(
        {
            "problem": {"use": f"rich_genes:{name}"},
            "algorithm": {
                "use": "deap.algorithms:eaSimple",
                "params": {"population": 16, "cxpb": 0.5, "mutpb": 0.5, "ngen": 5},
            },
            "backend": {"use": use, "workers": 1 if use == "serial" else 2},
            "seed": SEED,
            "import_path": str(Path(__file__).parent),
        }
    )
    with create(use, spec.backend.workers) as backend:
        return run_one(spec, RunFolder(folder), backend)


@pytest.mark.parametrize("use", ["serial", "pool"])
@pytest.mark.parametrize("name", NAMES)
def test_the_population_is_that_of_the_plain_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, use: str
) -> None:
    if use == "pool":  # where workers evaluate, however cheap it is
        from evosweep.evaluation import dispatcher

        monkeypatch.setattr(dispatcher, "_PROBE", 0.0)
        monkeypatch.setattr(dispatcher.Dispatcher, "_is_local", lambda *_: False)
    toolbox = getattr(rich_genes, name)()
    random.seed(SEED)
    np.random.seed(SEED)
    expected = population_digest(rich_genes.evolve(toolbox))
    record = _run(tmp_path / "run", name, use)
    assert record.population_digest == expected
    table = parquet.read_table(tmp_path / "run" / "population.parquet")
    assert len(table) == 16
    assert "0x" not in str(table["genome"].to_pylist())  # no address of an object


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stranger", "RichRobot.*encode.*decode"),
        ("local", r"rich_genes\.local\.colour.*top level"),
        ("history", "order of its history.*sorted"),
    ],
)
def test_the_rest_is_refused_by_name(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        _run(tmp_path / "run", name, "serial")
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "run" / "record.json").exists()
