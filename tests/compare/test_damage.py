"""What is damaged, half-written or of another version: named, counted, and no reason to give up."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from folders import POOL, SERIAL, Made, history, write_run

from evosweep.cli import main

SPHERE = {"name": "sphere", "use": "bbob", "params": {"function": 1}}
ZDT = {"name": "zdt", "use": "my:zdt"}
GA = {"name": "ga", "use": "ea_simple"}


def run(results: Path, seed: int, backend: dict = SERIAL) -> Path:
    fitness = history(np.random.default_rng(seed), 12, 8, 0.3)
    return write_run(results / "study", Made(SPHERE, GA, backend, seed, fitness))


def front(results: Path, seed: int) -> Path:
    fitness = np.random.default_rng(seed).uniform(size=(3, 8, 2))
    return write_run(results / "study", Made(ZDT, GA, SERIAL, seed, fitness, (-1.0, -1.0)))


def failures(results: Path) -> dict[str, str]:
    text = (results / "study/comparison/failures.csv").read_text().splitlines()[1:]
    return {line.split(",")[0]: line for line in text}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def overwrite(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[40:60] = b"x" * 20
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [cut, overwrite, empty, Path.unlink])
@pytest.mark.parametrize("make", [run, front])
def test_a_population_that_cannot_be_read_costs_its_run_alone(
    tmp_path: Path,
    make: Callable[[Path, int], Path],
    harm: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folders = [make(tmp_path, seed) for seed in range(4)]
    harm(folders[2] / "population.parquet")
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "1 run damaged: named under Failures." in said
    assert "3 runs, 1 problem" in said
    found = failures(tmp_path)
    assert set(found) == {folders[2].name}
    assert "population.parquet" in found[folders[2].name]


def test_the_run_of_another_backend_takes_the_place_of_a_damaged_one(tmp_path: Path) -> None:
    for seed in range(3):
        run(tmp_path, seed, POOL)
        cut(run(tmp_path, seed) / "population.parquet")
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    results = (tmp_path / "study/comparison/results.csv").read_text().splitlines()
    assert results[1].startswith("sphere,ga,3,")
    assert len(failures(tmp_path)) == 3


def test_nothing_is_left_where_every_run_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(2):
        cut(run(tmp_path, seed) / "population.parquet")
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "nothing to compare yet" in said
    assert "2 runs damaged" in said


def test_journals_that_cannot_be_read_or_lack_a_part_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [run(tmp_path, seed) for seed in range(5)]
    overwrite(folders[0] / "journal.bin")
    empty(folders[1] / "journal.bin")
    torn = folders[2] / "journal.bin"
    torn.write_bytes(torn.read_bytes()[:-7])
    (folders[3] / "journal.bin").unlink()
    (folders[3] / "logbook.parquet").unlink()
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    for folder in folders[:2]:
        assert f"{folder.name}: it is in no curve and has no running time" in said
    assert "its journal has 96 of its 104 evaluations" in said
    assert "has neither a journal nor a logbook" in said
    assert said.count("it is in no curve") == 4
    assert "5 runs, 1 problem" in said


def test_a_receipt_of_another_format_or_without_a_number_is_no_receipt(tmp_path: Path) -> None:
    changes = {"format": 2, "best": float("nan"), "weights": None}
    for seed, (key, value) in enumerate(changes.items()):
        path = run(tmp_path, seed) / "record.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    path = run(tmp_path, 3) / "record.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items()
                                if k != "format"}))  # fmt: skip
    run(tmp_path, 4)
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    found = "\n".join(failures(tmp_path).values())
    assert "format: 2: this evosweep reads format 1 only" in found
    assert "format: is missing" in found
    assert "best: nan: should be a number, and is none" in found
    assert found.count("damaged") == 4


def test_half_written_folders_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, 1)
    contents = {
        "record.json": ["", "[1]", '{"run_id"'],
        "failure.json": ["", "[1]", '{"spec": 3, "error": null}', '{"kind": "worker"'],
        "running.json": ["{}"],
    }
    made = 0
    for name, texts in contents.items():
        for text in texts:
            folder = tmp_path / "study" / "runs" / f"{made:012x}"
            folder.mkdir()
            (folder / name).write_text(text)
            made += 1
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    assert len(failures(tmp_path)) == made
    said = capsys.readouterr().out
    assert "7 runs damaged" in said
    assert "1 run unfinished" in said


def test_two_folders_name_what_has_failed_in_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        for seed in range(3):
            front(tmp_path / name, seed)
    cut(front(tmp_path / "a", 4) / "population.parquet")
    (front(tmp_path / "b", 5) / "record.json").unlink()
    assert main(["compare", "--no-pictures", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    said = capsys.readouterr().out
    assert "before: 1 run damaged: named under Failures." in said
    assert "after: 1 run unfinished: named under Failures." in said
    assert (tmp_path / "b/study/changes/failures_before.csv").exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--alpha", "2"], "2: a significance level lies between 0 and 1"),
        (["--alpha", "abc"], "abc: is no number"),
        (["--target", "nan"], "nan: is no number"),
    ],
)
def test_numbers_on_the_command_line(
    tmp_path: Path, given: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, 1)
    with pytest.raises(SystemExit) as stopped:
        main(["compare", str(tmp_path), *given])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_options_of_one_folder_are_refused_for_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, 1)
    assert main(["compare", str(tmp_path), str(tmp_path), "--target", "1"]) == 2
    assert "--target is for the comparison of one folder" in capsys.readouterr().err
