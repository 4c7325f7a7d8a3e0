"""Labels and file names: one for each identity, whatever it looks like."""

from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, history, write_run
from recomputed import rows

from evosweep.cli import main
from evosweep.compare.read.labels import identity, label_all, unique_stems

ALIKE = [
    (0.9999999, 1.0),
    (0, "0"),
    (None, "default"),
    (1, 1.0),
    (True, "true"),
    ("a,b=1", "a"),
    ([1, 2], "[1,2]"),
    (1e300, 1.0000001e300),
]


@pytest.mark.parametrize("values", ALIKE, ids=str)
def test_values_that_look_alike_stay_two_configurations(
    tmp_path: Path, values: tuple[object, object]
) -> None:
    for value in values:
        algorithm = {"name": "s", "use": "mine:s", "params": {"decay": value}}
        for seed in range(4):
            fitness = history(np.random.default_rng(seed), 3, 4, 0.1)
            write_run(tmp_path / "x", Made({"use": "p"}, algorithm, SERIAL, seed, fitness))
    assert main(["compare", str(tmp_path)]) == 0
    found = rows(tmp_path / "x/comparison/summary.csv")
    assert [row["runs"] for row in found] == ["4", "4"]
    assert len({row["algorithm"] for row in found}) == 2


def test_a_parameter_that_is_absent_is_not_one_that_is_null() -> None:
    parts = [{"use": "s", "params": params} for params in ({}, {"k": None}, {"k": "default"})]
    labels = label_all({identity(part): "s" for part in parts})
    assert set(labels.values()) == {"s(k=default)", "s(k=null)", 's(k="default")'}


def test_a_label_that_was_changed_splits_nothing(tmp_path: Path) -> None:
    for seed, name in enumerate(("old", "new", "new")):
        problem = {"name": name, "use": "mine:p", "params": {"bits": 10}}
        fitness = history(np.random.default_rng(seed), 3, 4, 0.1)
        finished = f"2026-01-0{seed + 1}T00:00:00Z"
        made = Made(problem, {"use": "s"}, SERIAL, seed, fitness, finished=finished)
        write_run(tmp_path / "x", made)
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    (row,) = rows(tmp_path / "x/comparison/summary.csv")
    assert (row["problem"], row["runs"]) == ("new", "3")


def test_names_that_make_one_file_make_two(tmp_path: Path) -> None:
    for place, name in enumerate(("a b", "a-b", "A-b", "a_b")):
        problem = {"name": name, "use": f"mine:p{place}"}
        fitness = history(np.random.default_rng(place), 3, 4, 0.1)
        write_run(tmp_path / "x", Made(problem, {"use": "s"}, SERIAL, 1, fitness))
    assert main(["compare", str(tmp_path)]) == 0
    plots = [path.name for path in (tmp_path / "x/comparison/plots").glob("results-*.svg")]
    assert len({name.casefold() for name in plots}) == 4
    page = (tmp_path / "x/comparison/report.html").read_text(encoding="utf-8")
    anchors = [part.split('"')[0] for part in page.split('<section id="problem:')[1:]]
    assert len(set(anchors)) == 4


def test_stems_are_short_safe_and_unlike() -> None:
    labels = ["plus", "plus.", "x" * 200, "x" * 201, "../..", "", "ü", "con"]
    stems = unique_stems(labels)
    assert len({stem.casefold() for stem in stems.values()}) == len(labels)
    assert all(stem and len(stem) <= 80 and "/" not in stem for stem in stems.values())
    assert stems["con"] == "con"


def test_swept_parameters_are_columns_of_every_csv(tmp_path: Path) -> None:
    for population in (10, 20):
        algorithm = {"name": "ga", "use": "ea_simple", "params": {"population": population}}
        for seed in range(2):
            fitness = history(np.random.default_rng(seed), 3, 4, 0.1)
            write_run(tmp_path / "x", Made({"use": "p"}, algorithm, SERIAL, seed, fitness))
    assert main(["compare", str(tmp_path)]) == 0
    for name in ("runs", "summary", "results", "agreement", "fixed_budget", "plots/results-p"):
        found = rows(tmp_path / f"x/comparison/{name}.csv")
        for row in found:
            assert row["algorithm"] == f"ga(population={row['algorithm.population']})"


def test_a_formula_in_a_name_is_text(tmp_path: Path) -> None:
    problem = {"name": "=2+2 $x^{$", "use": "mine:p"}
    fitness = history(np.random.default_rng(0), 3, 4, 0.1)
    write_run(tmp_path / "x", Made(problem, {"use": "s"}, SERIAL, 1, fitness))
    assert main(["compare", str(tmp_path)]) == 0
    assert rows(tmp_path / "x/comparison/summary.csv")[0]["problem"] == "'=2+2 $x^{$"
    boxes = next((tmp_path / "x/comparison/plots").glob("results-*.svg"))
    assert "$x^{$" in boxes.read_text(encoding="utf-8")
