"""Writes the verdicts of finished experiments into docs/proof.md: `make proof` calls it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from verdicts import bbob_rows, front_rows, law_rows

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "proof.md"
TABLES = {"laws": law_rows, "bbob": bbob_rows, "fronts": front_rows}


def main() -> int:
    """Replaces the rows of each table whose experiment has run; prints them."""
    text = PAGE.read_text(encoding="utf-8")
    for name, rows in TABLES.items():
        folder = ROOT / "results" / f"proof-{name}"
        if not folder.is_dir():
            print(f"{folder}: not run; its table stays as it was", file=sys.stderr)
            continue
        text = _with_rows(text, name, rows(folder))
    PAGE.write_text(text, encoding="utf-8")
    return 0


def _with_rows(text: str, name: str, rows: Iterator[str]) -> str:
    table = "\n".join(rows)
    print(table)
    pattern = rf"(<!-- {name} -->\n(?:\|.*\n){{2}})(?:\|.*\n)*"
    return re.sub(pattern, lambda match: f"{match[1]}{table}\n", text)


if __name__ == "__main__":
    sys.exit(main())
