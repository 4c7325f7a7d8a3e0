"""The verdict of a comparison, from the files that `evosweep compare` wrote."""

import csv
from pathlib import Path

from evosweep.compare.page.verdict import VERDICT
from evosweep.errors import Damaged, printable
from evosweep.files import strict_json
from evosweep.files.opening import is_file, read_bytes

_LARGEST = 2**24
_TESTS = ("tests_common_budget.csv", "tests.csv")
_COLUMNS = ["problem", "winner", "against", "p (Holm)", "A12", "effect", "outcome"]
WINNERS = "winners.json"


def read_verdict(comparison: Path) -> list[str]:
    """Return the sentences of the verdict, most important first; none if nothing was
    compared."""
    path = comparison / VERDICT
    if not is_file(path):
        return []
    text = read_bytes(path, _LARGEST).decode(errors="replace")
    return [printable(line) for line in text.splitlines() if line.strip()]


def winners_table(comparison: Path) -> bytes | None:
    """Return the winner of each pair of algorithms with p, in the format of MLflow's tables."""
    path = next((comparison / name for name in _TESTS if is_file(comparison / name)), None)
    if path is None:
        return None
    lines = read_bytes(path, _LARGEST).decode(errors="replace").splitlines()
    try:
        rows = [_row(row) for row in csv.DictReader(lines)]
    except csv.Error as error:
        raise Damaged(comparison, path.name, f"cannot be read: {error}") from None
    return strict_json.dumps({"columns": _COLUMNS, "data": rows}).encode() if rows else None


def _row(row: dict[str, str]) -> list[object]:
    outcome, first, second = row.get("outcome", ""), row.get("a", ""), row.get("b", "")
    a12 = _number(row.get("a12"))
    if outcome == f"{second} is better" and a12 is not None:
        first, second, a12 = second, first, 1 - a12
    won = outcome == f"{first} is better"
    return [
        row.get("problem", ""),
        first if won else "none",
        second if won else f"{first}, {second}",
        _number(row.get("p_holm")),
        a12,
        row.get("effect") or "",
        outcome,
    ]


def _number(text: str | None) -> float | None:
    try:
        return float(f"{float(text or ''):.4g}")
    except ValueError:
        return None
