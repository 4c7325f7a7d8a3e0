"""Every command that reads a folder of results, before folders that somebody made on purpose.

tests/export/test_hostile_folders.py puts comparison, check, MLflow and two exports before each kind
of harm. Here all harms lie in one folder, and the other commands follow.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import hostile
import pytest

from evosweep.cli import COMMANDS

RESULTS = {
    "status": ["status {results}", "status {results} --json"],
    "why": ["why {run}", "why {config}"],
    "prune": ["prune {config}", "prune {config} --delete"],
    "bundle": ["bundle {results}"],
    "export": [f"export {{results}} --format {kind}" for kind in ("ioh", "coco", "paper")],
    "reproduce": ["reproduce {run} --out {out}"],
    "decide": ["decide {look}"],
    "check": ["check {config} --no-build"],
    "grid": ["grid {config}"],
}
"""Calls of commands, in the order in which they are made: `prune --delete` comes last."""
ELSEWHERE = {
    "compare": "tests/export/test_hostile_folders.py",
    "verify": "tests/export/test_hostile_folders.py",
    "track": "tests/export/test_hostile_folders.py",
    "ui": "tests/tracking/test_mlflow_ui.py; it reads results as track does",
    "pull": "tests/tracking/test_hostile_servers.py",
    "run": "reads a spec (of_texts.py) and its own folder; tests/unit/test_opening.py",
    "contain": "as run",
    "sweep": "as the workflow: tests/unit/test_places.py",
    "init": "reads a program (of_texts.py)",
    "list": "reads nothing of a user's",
}
_LAST = ("prune",)
_HARMS = ("folders", "locks", "files")
"""In this order: what copies folders comes before giants lie in them."""
_ALONE = ("output", "state")
"""Links in the place of folders that others need; tests/export tries each in its own folder."""
_CONFIG = """experiment: study
problems: {o: {use: onemax, params: {bits: 10}}}
algorithms:
  a: {use: ea_simple, params: {population: 4, generations: 1, crossover: 0.5, mutation: 0.2}}
backends: {s: {use: serial}}
seeds: {first: 1, count: 1}
"""
_PROGRAMME = (
    "import sys, json, resource\n"
    "resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))\n"
    "from evosweep.cli import main\n"
    "for words in json.loads(sys.argv[1]):\n"
    "    print('CODE', words[0], main(words), flush=True)\n"
    "    print('---', flush=True)\n"
)


def test_every_command_is_before_hostile_folders() -> None:
    assert {*RESULTS, *ELSEWHERE} == set(COMMANDS)
    assert not {*RESULTS} & {*ELSEWHERE}
    assert {*_HARMS, *_ALONE} == set(hostile.HARMS)


def _harmed(results: Path, home: Path) -> str:
    """Fill a folder of results with every harm; returns the name of a run that is whole."""
    whole = hostile.make(results, 0)
    harms = [harm for kind in _HARMS for harm in hostile.HARMS[kind]]
    for seed, harm in enumerate(harms, start=1):
        harm(hostile.make(results, seed), home)
    comparison = results / "study/comparison"
    comparison.mkdir(exist_ok=True)
    (comparison / "report.html").write_text("<p>")
    (comparison / "secret.csv").symlink_to(home / "secret")
    hostile.pipe(comparison / "pipe.csv")
    (results / "study/asked.jsonl").symlink_to("/dev/zero")
    looks = results / "study/looks"
    looks.mkdir()
    hostile.sparse(looks / "0081fa403486.json")
    (results / "study/interruptions.0.jsonl").symlink_to("/dev/zero")
    return whole.name


@pytest.mark.timeout(600)
def test_no_command_is_led_astray(tmp_path: Path) -> None:
    results, home = tmp_path / "results", tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text("the secret")
    run_id = _harmed(results, home)
    (tmp_path / "study.yaml").write_text(_CONFIG)
    places = {
        "results": results, "run": results / "study/runs" / run_id, "config": "study.yaml",
        "look": results / "study/looks/0081fa403486.json", "out": tmp_path / "out",
    }  # fmt: skip
    names = [name for name in RESULTS if name not in _LAST] + list(_LAST)
    calls = [call.format(**places).split() for name in names for call in RESULTS[name]]
    before = hostile.snapshot(home)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAMME, json.dumps(calls)],
        capture_output=True, text=True, check=False, timeout=580, cwd=tmp_path,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    codes = [line for line in done.stdout.splitlines() if line.startswith("CODE")]
    assert len(codes) == len(calls), printed
    assert "Traceback" not in printed, printed
    assert {line.split()[2] for line in codes} <= {"0", "1", "2"}
    assert all(line.isprintable() for line in printed.replace("\t", " ").splitlines())
    assert hostile.snapshot(home) == before
    assert not [path for path in _regular(results) if b"the secret" in path.read_bytes()]
    shutil.rmtree(results)


def _regular(folder: Path) -> list[Path]:
    """The regular files that are no giants, links left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if path.stat().st_size < 2**26]
