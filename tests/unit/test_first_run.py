"""What measures a first `make run` tells its stages by the files that it leaves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "grid" / "first_run.py"
MAKE = """#!/bin/sh
echo "$1 ${PIP_NO_CACHE_DIR-cached}" >> "$CALLS"
if [ "$1" = venv ]; then
    mkdir -p .venv/bin .venv/lib/python3.11/site-packages/one.dist-info
    printf '#!/bin/sh\\n' > .venv/bin/python
    chmod +x .venv/bin/python
    [ -e Makefile ] || exit 1
else
    mkdir -p results/quickstart/runs/one results/quickstart/runs/two results/quickstart/comparison
    touch results/quickstart/runs/one/record.json results/quickstart/runs/two/record.json
    touch results/quickstart/comparison/report.html results/quickstart/.tracked
fi
"""


@pytest.mark.parametrize("cached", [False, True])
def test_the_page_gets_a_bar_for_each_stage(tmp_path: Path, *, cached: bool) -> None:
    make, page, calls = tmp_path / "make", tmp_path / "page.md", tmp_path / "calls"
    make.write_text(MAKE)
    make.chmod(0o755)
    page.write_text("before\n<!-- first -->\nold\n<!-- end of first -->\nafter\n")
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls)}
    command = [sys.executable, PROGRAM, "--page", page, *(["--cached"] if cached else [])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    stages = [line.split("|")[1].strip() for line in page.read_text().splitlines() if "|" in line]
    assert stages[2:] == [
        f"install: 1 packages, {'from pip' if cached else 'by pip'}" + "'s cache" * cached,
        "Snakemake's start, the plan, the first run",
        "the other runs",
        "comparison and report",
        "MLflow's import and its tables",
        "tracking",
        "Snakemake's end",
        "all",
    ]
    assert "▇" in page.read_text()
    assert page.read_text().startswith("before\n<!-- first -->\n| stage")
    assert calls.read_text().split() == ["venv", "cached" if cached else "1", "run", "cached"]


def test_a_failing_installation_is_told(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text("#!/bin/sh\necho 'no index is reached' >&2\nexit 2\n")
    make.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = [sys.executable, PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no index is reached" in done.stderr
