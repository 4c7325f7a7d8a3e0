"""`evosweep compare`: what it prints, writes and refuses."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import documents
import numpy as np
import pytest
from folders import POOL, SCOOP, SERIAL, Made, history, small_study, write_run
from recomputed import Texts

from evosweep.cli import main

PICTURED = ("plots", "report.html", ".written")  # of a report: what pictures change
SPHERE = {"name": "sphere", "use": "bbob", "params": {"function": 1}}
GA = {"name": "ga", "use": "ea_simple", "params": {"population": 10}}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def made(seed: int, backend: dict, **changes: object) -> Made:
    fitness = history(np.random.default_rng(seed), 12, 8, 0.3)
    return Made(SPHERE, GA, backend, seed, fitness, **changes)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_study(tmp_path_factory.mktemp("results"))
    assert main(["compare", str(folder.parent)]) == 0
    return folder


def test_the_summary_has_a_row_for_each_configuration_on_each_backend(study: Path) -> None:
    found = rows(study / "comparison" / "summary.csv")
    assert len(found) == 2 * 2 * 2
    assert {row["backend"] for row in found} == {"serial ×1", "pool ×2"}
    assert {row["runs"] for row in found} == {"6"}
    finals = [
        json.loads(path.read_text())["best"]
        for path in study.glob("runs/*/record.json")
        if _is(json.loads(path.read_text()), function=1, population=10, use="serial")
    ]
    row = next(
        row
        for row in found
        if (row["problem"], row["algorithm"], row["workers"])
        == ("sphere(function=1)", "ga(population=10)", "1")
    )
    assert float(row["best_median"]) == pytest.approx(np.median(finals), abs=1e-12)
    assert float(row["best_q1"]) == pytest.approx(np.percentile(finals, 25), abs=1e-12)
    assert float(row["evaluations"]) == 210


def _is(record: dict, function: int, population: int, use: str) -> bool:
    spec = record["spec"]
    return (
        spec["problem"]["params"]["function"] == function
        and spec["algorithm"]["params"]["population"] == population
        and spec["backend"]["use"] == use
    )


def test_every_table_is_there_in_four_formats_and_every_plot_with_its_data(study: Path) -> None:
    folder = study / "comparison"
    names = {path.stem for path in folder.glob("*.csv")}
    assert {"summary", "agreement", "results", "tests", "efficiency", "runs"} <= names
    for name in names:
        for ending in ("parquet", "tex", "html"):
            assert (folder / "tables" / f"{name}.{ending}").stat().st_size > 0
    pictures = {path.stem for path in (folder / "plots").glob("*.svg")}
    assert pictures == {path.stem for path in (folder / "plots").glob("*.csv")}
    assert "convergence-sphere-function-1" in pictures
    assert (folder / "report.html").exists()


def test_the_same_results_give_the_same_files_to_the_byte(study: Path) -> None:
    folder = study / "comparison"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["compare", str(study)]) == 0
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert before == after


def test_backends_that_agree_are_said_to(study: Path) -> None:
    found = rows(study / "comparison" / "agreement.csv")
    assert len(found) == 24
    assert {row["verdict"] for row in found} == {"agree"}


def test_a_disagreement_is_loud_and_names_the_first_generation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "study", made(1, SERIAL))
    write_run(tmp_path / "study", made(1, POOL, differs_from=7))
    write_run(tmp_path / "study", made(1, SCOOP))
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "DISAGREEMENT: sphere, ga, seed 1: populations differ from generation 7 on" in said.err
    assert "BACKENDS DISAGREE on 1 of 1 specs" in said.out
    row = rows(tmp_path / "study" / "comparison" / "agreement.csv")[0]
    assert (row["verdict"], row["first_difference"]) == ("DISAGREE", "7")
    assert "DISAGREE" in (tmp_path / "study" / "comparison" / "report.html").read_text()


@pytest.mark.parametrize(
    ("stopped", "differs_from", "verdict"),
    [("seconds", None, "clock"), ("seconds", 5, "DISAGREE"), ("target", None, "DISAGREE")],
)
def test_a_clock_may_end_equal_runs_at_different_generations(
    tmp_path: Path, stopped: str, differs_from: int | None, verdict: str
) -> None:
    longer = made(1, SERIAL, stopped="seconds")
    shorter = replace(longer, backend=POOL, stopped=stopped, differs_from=differs_from)
    shorter.fitness = longer.fitness[:-4]
    for one in (longer, shorter):
        write_run(tmp_path / "study", one)
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    (row,) = rows(tmp_path / "study" / "comparison" / "agreement.csv")
    assert row["verdict"] == verdict
    pool, _ = rows(tmp_path / "study" / "comparison" / "agreement_matrix.csv")
    assert pool["serial ×1"] == ("0 of 1" if verdict == "DISAGREE" else "")


@pytest.mark.parametrize(
    ("place", "message"),
    [("nowhere", "no such folder"), (".", "no runs in it")],
)
def test_bad_input_gets_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, message: str
) -> None:
    assert main(["compare", str(tmp_path / place)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_failed_and_unfinished_runs_are_counted_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "study", made(1, SERIAL))
    unfinished = write_run(tmp_path / "study", made(2, SERIAL))
    (unfinished / "record.json").unlink()
    failed = write_run(tmp_path / "study", made(3, SERIAL))
    (failed / "record.json").unlink()
    spec = {"problem": SPHERE, "algorithm": GA, "backend": SERIAL, "seed": 3}
    failure = documents.failure(
        run_id=failed.name, spec=spec, kind="evaluation", error="ValueError: no"
    )
    (failed / "failure.json").write_text(json.dumps(failure))
    damaged = write_run(tmp_path / "study", made(4, SERIAL))
    (damaged / "record.json").write_text('{"run_id": "x"')
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "1 run unfinished: named under Failures." in said
    assert "1 run failed: named under Failures." in said
    assert "1 run damaged: named under Failures." in said
    found = {row["run_id"]: row for row in rows(tmp_path / "study/comparison/failures.csv")}
    assert set(found) == {unfinished.name, failed.name, damaged.name}
    assert found[failed.name]["error"] == "ValueError: no"
    assert found[failed.name]["seed"] == "3"
    assert rows(tmp_path / "study/comparison/summary.csv")[0]["failed"] == "1"


def test_runs_of_a_config_that_are_missing_are_counted_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "study", made(1, SERIAL))
    config = tmp_path / "study.yaml"
    config.write_text(
        "experiment: study\nproblems: {onemax: {use: onemax}}\nseeds: [1, 2]\n"
        "algorithms: {ga: {use: ea_simple}}\nbackends: {serial: {use: serial}}\n"
    )
    assert main(["compare", str(tmp_path), "--config", str(config)]) == 0
    assert "2 runs missing: named under Failures." in capsys.readouterr().out
    found = rows(tmp_path / "study/comparison/failures.csv")
    assert [(row["kind"], row["problem"], row["seed"]) for row in found] == [
        ("missing", "onemax", "1"),
        ("missing", "onemax", "2"),
    ]
    config.write_text(config.read_text().replace("experiment: study", "experiment: other"))
    assert main(["compare", str(tmp_path), "--config", str(config)]) == 2
    assert "is experiment 'other', and the results are of study" in capsys.readouterr().err


def test_an_experiment_in_which_nothing_has_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (write_run(tmp_path / "study", made(1, SERIAL)) / "record.json").unlink()
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    assert "no run has a receipt" in capsys.readouterr().out


def test_one_run_alone_gets_honest_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "study", made(1, SERIAL))
    assert main(["compare", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "one algorithm, ga" in said
    assert "single seed" in said
    assert "no agreement to check" in said


def test_infinite_and_missing_numbers_are_shown_as_such(tmp_path: Path) -> None:
    for population in (10, 20):
        algorithm = {"name": "ga", "use": "ea_simple", "params": {"population": population}}
        for seed in range(6):
            fitness = np.full((5, 8, 1), np.inf)
            if population == 20 and seed > 2:
                fitness[3:] = 1.0 + seed
            write_run(tmp_path / "study", Made(SPHERE, algorithm, SERIAL, seed, fitness))
    assert main(["compare", str(tmp_path)]) == 0
    found = rows(tmp_path / "study/comparison/results.csv")
    assert found[0]["best"] == "inf"
    assert [found[0][key] for key in ("q1", "median", "q3")] == ["inf"] * 3
    assert [found[1][key] for key in ("q1", "q3")] == ["5.25", "inf"]
    tested = rows(tmp_path / "study/comparison/tests.csv")[0]
    assert float(tested["a12"]) == 0.25
    assert found[1]["best"] == "4.0"
    assert "∞" in (tmp_path / "study/comparison/report.html").read_text()


def test_equal_results_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for population in (10, 20):
        algorithm = {"name": "ga", "use": "ea_simple", "params": {"population": population}}
        for seed in range(6):
            fitness = np.full((5, 8, 1), 3.0)
            write_run(tmp_path / "study", Made(SPHERE, algorithm, SERIAL, seed, fitness))
    assert main(["compare", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "every run of every algorithm gave 3" in said
    assert rows(tmp_path / "study/comparison/tests.csv")[0]["outcome"] == (
        "not tested: all results are equal"
    )


def test_without_pictures_every_table_and_every_sentence_is_the_same(study: Path) -> None:
    folder, plain = study / "comparison", study / "plain"
    assert main(["compare", str(study), "--no-pictures", "--out", str(plain)]) == 0
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    told = [path for path in files if path.parts[0] not in PICTURED]
    assert len(told) > 40
    for path in told:
        assert (plain / path).read_bytes() == (folder / path).read_bytes(), path
    assert not (plain / "plots").exists()
    short, whole = Texts(plain), Texts(folder)
    assert short.items == whole.items
    assert short.paragraphs == whole.paragraphs
    assert whole.pictures
    assert not short.pictures


def test_pictures_of_an_earlier_report_are_removed_with_it(tmp_path: Path) -> None:
    write_run(tmp_path / "study", made(1, SERIAL))
    assert main(["compare", str(tmp_path)]) == 0
    assert list((tmp_path / "study/comparison/plots").glob("*.svg"))
    assert main(["compare", str(tmp_path), "--no-pictures"]) == 0
    assert not list((tmp_path / "study/comparison").rglob("*.pdf"))


def test_what_an_earlier_report_left_is_removed(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "study", made(1, SERIAL))
    (folder / "record.json").rename(tmp_path / "kept")
    (tmp_path / "study" / "comparison").mkdir()
    (tmp_path / "study" / "comparison" / "mine.csv").write_text("kept")
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    assert (tmp_path / "study/comparison/failures.csv").exists()
    (tmp_path / "kept").rename(folder / "record.json")
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    assert not (tmp_path / "study/comparison/failures.csv").exists()
    assert not (tmp_path / "study/comparison/tables/failures.tex").exists()
    assert (tmp_path / "study/comparison/mine.csv").read_text() == "kept"


def test_a_missing_package_names_the_extra(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("evosweep.commands.compare.NEEDED", ("scipy", "no_such_package"))
    assert main(["compare", str(study)]) == 2
    assert "pip install 'evosweep[compare]'" in capsys.readouterr().err


def test_a_target_given_counts_successes_and_running_times(tmp_path: Path) -> None:
    for seed, end in enumerate((1.0, 2.0, 3.0, 9.0)):
        fitness = np.full((3, 10, 1), 10.0)
        fitness[1, 4] = end
        write_run(tmp_path / "study", Made(SPHERE, GA, SERIAL, seed, fitness))
    assert main(["compare", "--no-pictures", str(tmp_path), "--target", "3"]) == 0
    row = rows(tmp_path / "study/comparison/results.csv")[0]
    assert (row["successes"], row["success_rate"]) == ("3", "0.75")
    assert float(row["ert"]) == (15 + 15 + 15 + 30) / 3


def test_parameters_of_any_length_make_names_of_files(tmp_path: Path) -> None:
    for first in (1, 2):
        algorithm = {"name": "ga", "use": "x", "params": {"weights": [first] * 200}}
        problem = {"name": "p", "use": "y", "params": {"table": list(range(first, 150))}}
        fitness = np.full((3, 10, 1), float(first))
        write_run(tmp_path / "study", Made(problem, algorithm, SERIAL, 1, fitness))
    assert main(["compare", str(tmp_path)]) == 0
    plots = list((tmp_path / "study/comparison/plots").glob("convergence-*.svg"))
    assert len(plots) == 2


def test_code_that_was_edited_is_another_configuration(tmp_path: Path) -> None:
    for code in ("a" * 64, "b" * 64):
        sources = {"problem": "0" * 64, "algorithm": code}
        write_run(tmp_path / "study", made(1, SERIAL, sources=sources))
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    found = {row["algorithm"] for row in rows(tmp_path / "study/comparison/summary.csv")}
    assert found == {"ga(code=aaaaaa)", "ga(code=bbbbbb)"}
