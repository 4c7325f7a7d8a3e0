"""A sampled design through the real workflow: it grows, and its report says what matters."""

import csv
from typing import Any

import pytest
from workspace import Workspace

RANGES = {"crossover": {"low": 0.1, "high": 1.0}, "scale": {"low": 0.1, "high": 2.0}}


def sampled(n: int) -> dict[str, Any]:
    search = {
        "use": "differential_evolution",
        "params": {"population": 12, "generations": 20},
        "ranges": RANGES,
        "sample": {"method": "sobol", "n": n},
    }
    sphere = {"use": "continuous", "params": {"function": "sphere", "dimension": 3}}
    return {"problems": {"sphere": sphere}, "algorithms": {"de": search}}


@pytest.mark.timeout(1800)
def test_a_sampled_design_grows_and_its_report_says_what_matters(workspace: Workspace) -> None:
    workspace.configure(**sampled(24))
    workspace.runs()
    first = workspace.records()
    assert len(first) == 24 * 2
    workspace.configure(**sampled(32))
    output, _ = (process := workspace.start("--until", "compare")).communicate()
    assert process.returncode == 0, output
    records = workspace.records()
    assert len(records) == 32 * 2
    assert {path: records[path] for path in first} == first  # none was run again
    comparison = workspace.folder / "results" / "study" / "comparison"
    with (comparison / "importance.csv").open(newline="") as file:
        rows = {row["term"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"crossover", "scale", "crossover × scale"}
    assert {row["method"] for row in rows.values()} == {"random forest"}
    assert float(rows["scale"]["share"]) > 0.5
    page = (comparison / "report.html").read_text()
    assert "Which parameter matters" in page
    assert "of the variance between 32 configurations, scale explains" in page
    assert "out-of-bag score" in page
    with (comparison / "summary.csv").open(newline="") as file:
        columns = next(csv.reader(file))
    assert {f"algorithm.{name}" for name in RANGES} <= set(columns)
