"""`evosweep verify`: what is whole passes, and each forgery is named."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evosweep.cli import main

GA = {"use": "ea_simple", "params": {"population": 8, "generations": 3}}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bits": ({"use": "onemax", "params": {"bits": 12}}, GA),
    "reals": ({"use": "continuous", "params": {"dimension": 3}}, GA),
    "fronts": ({"use": "zdt", "params": {"dimension": 4}},
               {"use": "nsga2", "params": {"population": 8, "generations": 3}}),
    "cma": ({"use": "continuous", "params": {"dimension": 3}},
            {"use": "cma_es", "params": {"generations": 3}}),
}  # fmt: skip


def make(results: Path, kind: str = "bits", seed: int = 1) -> Path:
    """A finished run in results/study/runs."""
    problem, algorithm = KINDS[kind]
    backend = {"use": "serial", "workers": 1}
    spec = {"problem": problem, "algorithm": algorithm, "backend": backend, "seed": seed}
    runs = results / "study" / "runs"
    before = set(runs.iterdir()) if runs.exists() else set()
    job = ["run", "--in-process", "--spec", json.dumps(spec), "--out", str(runs)]
    assert main([*job, "--seeds", str(seed)]) == 0
    (made,) = {path for path in runs.iterdir() if path.is_dir()} - before
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_as_it_was_left_is_whole(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path, kind)
    capsys.readouterr()
    assert main(["verify", str(tmp_path), "--all"]) == 0
    assert capsys.readouterr().out == "1 runs: 1 whole\n"


def edit(**changes: Any) -> Callable[[Path], None]:
    def forge(folder: Path) -> None:
        record = json.loads((folder / "record.json").read_text())
        (folder / "record.json").write_text(json.dumps(record | changes))

    return forge


def other_seed(folder: Path) -> None:
    record = json.loads((folder / "record.json").read_text())
    record["spec"]["seed"] = 99
    (folder / "record.json").write_text(json.dumps(record))


def other_gene(folder: Path) -> None:
    table = pq.read_table(folder / "population.parquet").to_pydict()
    table["genome"][3] = [1 - bit for bit in table["genome"][3]]
    pq.write_table(pa.table(table), folder / "population.parquet")


def other_fitness(folder: Path) -> None:
    table = pq.read_table(folder / "population.parquet").to_pydict()
    table["fitness_0"][3] = 11.5
    pq.write_table(pa.table(table), folder / "population.parquet")


def shorter(folder: Path) -> None:
    table = pq.read_table(folder / "population.parquet")
    pq.write_table(table.slice(0, 5), folder / "population.parquet")


def copied(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("copy of it"))


def journal_of_another(folder: Path) -> None:
    other = make(folder.parents[2], seed=2)
    shutil.copyfile(other / "journal.bin", folder / "journal.bin")


def torn(folder: Path) -> None:
    (folder / "record.json").write_text("")


@pytest.mark.parametrize(
    ("forge", "named"),
    [
        (edit(best=12.5), "best: 12.5"),
        (edit(population_digest="0" * 64), "population_digest"),
        (edit(run_id="0" * 12), "run_id"),
        (edit(spec_id="0" * 12), "spec_id"),
        (edit(evaluations=10_000), "evaluations: 10000"),
        (edit(population=9), "population: 9"),
        (other_seed, "run_id: its spec and sources give"),
        (other_gene, "population_digest"),
        (other_fitness, "fitness 11.5 is in no evaluation"),
        (shorter, "its table has 5 individuals"),
        (copied, "its name is no run_id"),
        (journal_of_another, "journal.bin: belongs to run"),
        (torn, "record.json: is empty"),
    ],
)
def test_each_forgery_is_named(
    tmp_path: Path,
    forge: Callable[[Path], None],
    named: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forge(make(tmp_path))
    capsys.readouterr()
    assert main(["verify", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert named in printed
    assert printed.startswith("damaged: ")
    assert "1 damaged" in printed


def test_a_torn_record_heals_by_the_same_command(tmp_path: Path) -> None:
    folder = make(tmp_path)
    whole = json.loads((folder / "record.json").read_text())
    for content in (b"", b"\0" * 4096, (folder / "record.json").read_bytes()[:200]):
        (folder / "record.json").write_bytes(content)
        job = ["--spec", json.dumps(whole["spec"]), "--out", str(folder.parent), "--seeds", "1"]
        assert main(["run", "--in-process", *job]) == 0
        healed = json.loads((folder / "record.json").read_text())
        assert healed["population_digest"] == whole["population_digest"]
        assert main(["verify", str(tmp_path)]) == 0


def unfinished(results: Path) -> Path:
    """A run that failed: no receipt, a failure.json and a journal."""
    folder = make(results)
    record = json.loads((folder / "record.json").read_text())
    named = {key: record[key] for key in ("format", "run_id", "spec_id", "spec", "environment")}
    failure = {"failed": record["finished"], "kind": "program", "error": "ValueError: no"}
    (folder / "failure.json").write_text(json.dumps(named | failure))
    for name in ("record.json", "population.parquet", "logbook.parquet"):
        (folder / name).unlink()
    return folder


def test_a_run_that_failed_is_whole_without_a_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = unfinished(tmp_path)
    capsys.readouterr()
    assert main(["verify", str(tmp_path)]) == 0
    (folder / "journal.bin").write_bytes(b"EVO")  # killed while it began
    assert main(["verify", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 runs: 1 without a receipt\n" * 2


def changed(name: str, **values: Any) -> Callable[[Path], None]:
    def forge(folder: Path) -> None:
        document = json.loads((folder / "failure.json").read_text())
        (folder / name).write_text(json.dumps(document | values))

    return forge


def written(name: str, content: bytes) -> Callable[[Path], None]:
    def forge(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return forge


def piped(folder: Path) -> None:
    (folder / "failure.json").unlink()
    os.mkfifo(folder / "failure.json")


def of_another_run(folder: Path) -> None:
    folder.rename(folder.with_name("0" * 12))


def damaged_in_its_middle(folder: Path) -> None:
    content = bytearray((folder / "journal.bin").read_bytes())
    content[len(content) // 2] ^= 255
    (folder / "journal.bin").write_bytes(content)


@pytest.mark.parametrize(
    ("forge", "named"),
    [
        (written("failure.json", b"{"), "failure.json: is no JSON"),
        (written("running.json", b"[]"), "running.json"),
        (changed("failure.json", spec_id="x"), "spec_id"),
        (changed("running.json"), "weights: is missing"),
        (changed("failure.json", run_id="0" * 12), f"run_id: {'0' * 12}: is not the folder's"),
        (piped, "failure.json: is no regular file"),
        (of_another_run, "is not the folder's name"),
        (damaged_in_its_middle, "journal.bin"),
    ],
)
def test_what_a_run_without_a_receipt_left_is_named_where_it_is_damaged(
    tmp_path: Path,
    forge: Callable[[Path], None],
    named: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forge(unfinished(tmp_path))
    capsys.readouterr()
    assert main(["verify", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert named in printed
    assert "1 damaged" in printed
    assert "without a receipt" not in printed


def test_nothing_to_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path)]) == 2
    assert "no runs in it" in capsys.readouterr().err
