"""Folders of results that somebody made on purpose, before every command that reads results.

Whatever lies in them: no command hangs, follows a link, removes or changes a file elsewhere, or
ends by a traceback.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from hostile import HARMS, make, snapshot

COMMANDS = ["compare", "verify", "track", "export --format csv", "export --format rocrate"]
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("harm", HARMS)
def test_no_command_is_led_astray(tmp_path: Path, harm: str) -> None:
    results, home = tmp_path / "results", tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text("the secret")
    make(results, 0)
    for seed, do_harm in enumerate(HARMS[harm], start=1):
        do_harm(make(results, seed), home)
    before = snapshot(home)
    programme = (
        "import sys, resource\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))\n"
        "from evosweep.cli import main\n"
        "for words in sys.argv[2:]:\n"
        "    command, *options = words.split()\n"
        "    print('CODE', main([command, sys.argv[1], *options]), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", programme, str(results), *COMMANDS],
        capture_output=True, text=True, check=False, timeout=580, cwd=tmp_path,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    assert "Traceback" not in printed, printed
    codes = [line for line in done.stdout.splitlines() if line.startswith("CODE")]
    assert len(codes) == len(COMMANDS), printed
    assert all(line in ("CODE 0", "CODE 1", "CODE 2") for line in codes)
    assert all(line.isprintable() for line in printed.replace("\t", " ").splitlines())
    assert snapshot(home) == before
    for folder in (results / "study/export", results / "study/comparison", results / "mlartifacts"):
        if folder.is_dir() and not folder.is_symlink():
            contents = [path for path in folder.rglob("*") if path.is_file()]
            assert not [path for path in contents if b"the secret" in path.read_bytes()]
