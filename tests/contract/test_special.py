"""Stochastic and Lamarckian problems: the same on every backend, at once and resumed."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import warm
from pyarrow import parquet

from evosweep.commands.reproduce import main as reproduce
from evosweep.records import journal
from evosweep.records.reading import load_record

BACKENDS = [("serial", 1), ("pool", 2), ("scoop", 2)]
KINDS: list[dict[str, Any]] = [
    {"use": "special:noisy", "stochastic": True},
    {"use": "special:learning", "lamarckian": True},
    {"use": "special:learning", "lamarckian": True, "params": {"in_place": True}},
]


def _run(problem: dict[str, Any], use: str, workers: int, out: Path, seed: int = 3) -> Any:
    spec = {
        "problem": problem,
        "algorithm": {"use": "ea_simple", "params": {"population": 24, "generations": 4}},
        "backend": {"use": use, "workers": workers},
        "seed": seed,
        "import_path": str(Path(__file__).parent),
    }
    words = ["run", "--spec", json.dumps(spec), "--out", str(out)]
    subprocess.run(warm.evosweep(*words), check=True, stdout=subprocess.DEVNULL)
    return load_record(out)


@pytest.mark.parametrize("problem", KINDS)
def test_every_backend_gives_the_same_again_too_after_a_cut(
    tmp_path: Path, problem: dict[str, Any]
) -> None:
    records = [_run(problem, use, n, tmp_path / use) for use, n in BACKENDS]
    digests = {record.population_digest for record in records}
    assert len(digests) == 1
    journal_file = tmp_path / "serial" / "journal.bin"
    whole = journal_file.read_bytes()
    for name in ("record.json", "population.parquet", "logbook.parquet"):
        (tmp_path / "serial" / name).unlink()
    journal_file.write_bytes(whole[: len(whole) // 2])
    again = _run(problem, "serial", 1, tmp_path / "serial")
    assert again.population_digest in digests
    assert again.resumed == 1


@pytest.mark.parametrize(("use", "workers"), BACKENDS)
def test_what_fails_is_tried_again_with_the_individual_as_it_was(
    tmp_path: Path, use: str, workers: int
) -> None:
    once = tmp_path / "once"
    what = {"use": "special:failing_once", "lamarckian": True, "params": {"once": str(once)}}
    digests = []
    for policy in ({"retry": 1}, {"retry": 1}, {"penalty": [-9.0]}):
        record = _run(what | {"failure": policy}, use, workers, tmp_path / str(len(digests)))
        digests.append((record.population_digest, record.failures["retried"]))
    assert digests == [(digests[0][0], 1), (digests[0][0], 0), (digests[0][0], 0)]


def test_another_seed_gives_other_noise(tmp_path: Path) -> None:
    one = _run(KINDS[0], "serial", 1, tmp_path / "one", seed=1)
    two = _run(KINDS[0], "serial", 1, tmp_path / "two", seed=2)
    assert one.population_digest != two.population_digest


def test_what_was_learned_is_in_the_population_and_in_the_journal(tmp_path: Path) -> None:
    _run(KINDS[1], "pool", 2, tmp_path)
    genomes = parquet.read_table(tmp_path / "population.parquet")["genome"].to_pylist()
    assert all(gene == round(gene, 2) for genome in genomes for gene in genome)
    assert all(entry.genomes is not None for entry in journal.read(tmp_path / "journal.bin"))


def _reproduce(*words: str) -> int:
    import argparse

    from evosweep.commands.reproduce import add_arguments

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    own = ["--trust", "--import-path", str(Path(__file__).parent)]
    return reproduce(parser.parse_args([*words, *own]))


@pytest.mark.parametrize("problem", KINDS[:2])
@pytest.mark.parametrize("options", [[], ["--backend", "pool:3"], ["--audit"]])
def test_a_run_is_reproduced_from_its_record(
    tmp_path: Path, capfd: Any, problem: dict[str, Any], options: list[str]
) -> None:
    record = _run(problem, "serial", 1, tmp_path)
    assert _reproduce(str(tmp_path), *options) == 0
    assert f"identical: final population {record.population_digest}" in capfd.readouterr().out


def test_a_difference_is_told_by_generation_and_individual(tmp_path: Path, capfd: Any) -> None:
    _run(KINDS[0], "serial", 1, tmp_path, seed=1)
    record = json.loads((tmp_path / "record.json").read_text())
    record["spec"]["seed"] = 2  # as if the code had been another one
    record["environment"]["packages"]["deap"] = "0.9"
    (tmp_path / "record.json").write_text(json.dumps(record))
    assert _reproduce(str(tmp_path)) == 1
    printed = capfd.readouterr()
    assert "different" in printed.out
    assert "the first generation that differs is 0" in printed.out
    assert "the first individual of the final population that differs is 0" in printed.out
    assert "deap was 0.9" in printed.err


def test_an_audit_finds_a_fitness_that_the_problem_does_not_give(tmp_path: Path) -> None:
    import numpy

    from evosweep.evaluation.failure import AuditFailed
    from evosweep.records.journal import Journal

    record = _run(KINDS[1], "serial", 1, tmp_path)
    entries = list(journal.read(tmp_path / "journal.bin"))
    (tmp_path / "journal.bin").unlink()
    with Journal(tmp_path / "journal.bin", record.run_id) as forged:
        for entry in entries:
            values = numpy.array(entry.fitnesses)
            values[0] += 1.0
            forged.append(replace(entry, fitnesses=values))
    with pytest.raises(AuditFailed, match="batch 0, individual 0"):
        _reproduce(str(tmp_path), "--audit")
