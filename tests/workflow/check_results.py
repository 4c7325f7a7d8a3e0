"""Check what a call of the workflow left: `check_results.py RESULTS EXPERIMENT RUNS`.

Every run has its record, backends agree run for run, the report is there, and MLflow shows the
runs. Exits with 1 and the reason where that is not so.
"""

import json
import sqlite3
import sys
from collections import defaultdict
from pathlib import Path


def check(results: Path, experiment: str, runs: int) -> str:
    """What was found, in a line; raises AssertionError with the reason."""
    folder = results / experiment
    records = [json.loads(path.read_text()) for path in folder.glob("runs/*/record.json")]
    assert len(records) == runs, f"{len(records)} records, not {runs}"
    digests = defaultdict(set)
    for record in records:
        digests[record["spec_id"]].add(record["population_digest"])
    differ = [spec_id for spec_id, found in digests.items() if len(found) > 1]
    assert not differ, f"backends disagree on {differ}"
    backends = {record["spec"]["backend"]["use"] for record in records}
    assert backends == {"serial", "pool", "scoop"}, f"only {backends} ran"
    report = (folder / "comparison" / "report.html").read_text()
    assert "</html>" in report, "the report is cut short"
    with sqlite3.connect(results / "mlflow.db") as database:
        found = database.execute("select value from tags where key = 'run_id'").fetchall()
    tracked = {value for (value,) in found}
    missing = {record["run_id"] for record in records} - tracked
    assert not missing, f"MLflow lacks {missing}"
    return f"{runs} runs, {len(digests)} specs on {len(backends)} backends agree; tracked, compared"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
    except AssertionError as reason:
        sys.exit(f"{reason}")
