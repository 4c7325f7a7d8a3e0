"""One wrong field at a time, in every field of a receipt, before every reader: never a traceback.

The places are those of a receipt in which every field of the schema is present. For each kind of
value there is one folder of results: two whole runs, and a copy of one for each place. A reader
names what is damaged in one line each, and the whole runs are in its result.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import documents
import numpy as np
import pyarrow.parquet as pq
import pytest
from folders import SERIAL, Made, write_run

from evosweep.cli import main
from evosweep.commands import reproduce
from evosweep.errors import Damaged, EvosweepError
from evosweep.records.folder import RunFolder, find_runs
from evosweep.records.reading import read_record
from evosweep.records.record import Record

WRONG: dict[str, Any] = {
    "null": None,
    "truth": True,
    "negative": -1,
    "huge": 10**400,
    "infinite": float("inf"),
    "text": "x\x1b[2J\n=cmd|' /C calc'!A0",
    "long": "../" * 50_000,
    "list": [[[{}]]],
    "mapping": {"\x1b]0;x\x07": {"..": []}},
}
SPHERE = {"name": "sphere", "use": "bbob", "params": {"function": 1, "dimension": 5}}
GA = {"name": "ga", "use": "ea_simple", "params": {"population": 10}}
OPTIONAL: dict[str, Any] = {
    "traits": {"genome": "reals", "optimum": 0.0, "target": 1.0, "reference_point": [0.0]},
    "dataset": {"name": "cells", "digest": "d" * 64, "rows": 10, "columns": 20},
    "stopped": {"reason": "target", "generation": 3, "evaluations": 40, "seconds": 0.1},
    "sources": {"problem": "a" * 64, "algorithm": "b" * 64},
    "order": "c" * 64,
    "hosts": ["n1", "n2"],
    "grown_from": "0123456789ab",
}


def places(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every field in a document."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value[:1])
    for key, item in items:
        yield (*at, key)
        yield from places(item, (*at, key))


def changed(document: dict[str, Any], at: tuple[Any, ...], value: object) -> dict[str, Any]:
    """The document with another value at one place."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    inner: Any = copy
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return copy


def fill(study: Path, wrong: object) -> tuple[list[str], list[str]]:
    """(whole runs, runs with one wrong field) written into a study."""
    whole = [
        write_run(study, Made(SPHERE, GA, SERIAL, seed, np.ones((3, 4, 1)) + seed))
        for seed in (1, 2)
    ]
    document = json.loads((whole[0] / "record.json").read_text())
    document = documents.record(**(document | OPTIONAL))
    assert set(document) == set(Record.model_fields), "a field of the schema is not tried"
    harmed = []
    for at in places(document):
        run_id = hashlib.sha256(repr(at).encode()).hexdigest()[:12]
        folder = study / "runs" / run_id
        folder.mkdir()
        for name in ("population.parquet", "logbook.parquet", "journal.bin"):
            os.link(whole[0] / name, folder / name)
        spec_id = hashlib.sha256(run_id.encode()).hexdigest()[:12]
        own = document | {"run_id": run_id, "spec_id": spec_id}
        (folder / "record.json").write_text(json.dumps(changed(own, at, wrong)))
        harmed.append(run_id)
    return [folder.name for folder in whole], harmed


def damages(results: Path) -> dict[str, str]:
    """The line for each damaged run."""
    lines = {}
    for folder in find_runs(results):
        try:
            read_record(folder)
        except Damaged as damage:
            lines[folder.path.name] = str(damage)
    return lines


def check_printed(text: str) -> None:
    """What is printed has no traceback, and nothing that acts on a terminal."""
    assert "Traceback" not in text
    assert all(line.isprintable() for line in text.replace("\t", " ").split("\n")), repr(text)


@pytest.fixture(params=WRONG)
def results(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[str], list[str]]:
    """A folder of results, its whole runs, and those with one wrong field."""
    return tmp_path, *fill(tmp_path / "study", WRONG[request.param])


slow_readers = pytest.mark.parametrize(
    "results", ["null", "text", "long", "mapping"], indirect=True
)
"""For what takes seconds: the values that most readers have stumbled over."""


Results = tuple[Path, list[str], list[str]]


def test_damage_is_one_line_that_names_folder_and_field(results: Results) -> None:
    folder, whole, harmed = results
    found = damages(folder)
    assert not set(whole) & set(found)
    assert len(found) > len(harmed) / 4  # extra fields, and texts that may be anything, are many
    for run_id, line in found.items():
        assert line.startswith(f"damaged: {folder}/study/runs/{run_id}: ")
        assert line.isprintable()
        assert len(line) < 500


@pytest.mark.parametrize("kind", ["csv", "ioh", "coco", "rocrate"])
def test_exports(results: Results, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder, whole, _ = results
    assert main(["export", str(folder), "--format", kind]) == 0
    printed = capsys.readouterr()
    check_printed(printed.out + printed.err)
    if kind == "csv":
        rows = pq.read_table(folder / "study/export/csv/runs.parquet").to_pylist()
        assert {row["run_id"] for row in rows} >= set(whole)
        assert not {row["run_id"] for row in rows} & set(damages(folder))


@slow_readers
def test_compare(results: Results, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _, _ = results
    assert main(["compare", str(folder), "--all-versions"]) == 0
    printed = capsys.readouterr()
    check_printed(printed.out + printed.err)
    listed = (folder / "study/comparison/failures.csv").read_text()
    assert all(run_id in listed for run_id in damages(folder))


@slow_readers
def test_track(results: Results, capsys: pytest.CaptureFixture[str]) -> None:
    folder, whole, _ = results
    code = main(["track", str(folder)])
    printed = capsys.readouterr()
    check_printed(printed.out + printed.err)
    found = damages(folder)
    assert code == (1 if found else 0)
    assert all(line in printed.err for line in found.values())
    assert f"{len(whole)} " in printed.out or " new" in printed.out


def test_verify(results: Results, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _, _ = results
    assert main(["verify", str(folder), "--all"]) == 1
    printed = capsys.readouterr()
    check_printed(printed.out + printed.err)
    assert all(line in printed.out for line in damages(folder).values())


def test_reproduce(
    results: Results, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> RunFolder:
        raise EvosweepError("as far as the run itself")

    monkeypatch.setattr(reproduce, "_repeat", stop)
    folder, whole, harmed = results
    found = damages(folder)
    call: Callable[[str], int] = lambda name: main(  # noqa: E731
        ["reproduce", str(folder / "study" / "runs" / name)]
    )
    for name in [*whole, *harmed]:
        assert call(name) in (1, 2)
        error = capsys.readouterr().err
        check_printed(error)
        if name in found and "run_id" not in found[name] and "its name" not in found[name]:
            assert found[name] in error
