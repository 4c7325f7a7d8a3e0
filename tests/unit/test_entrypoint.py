"""The workflow image's entry: `--cores all`, and who may become the owner of the results."""

import subprocess
import sys
from pathlib import Path

import pytest

from evosweep.entry import workflow_image


@pytest.mark.parametrize(
    ("given", "started"),
    [
        ("snakemake --cores all -n", "snakemake --cores 3 -n"),
        ("/bin/snakemake -c all", "/bin/snakemake -c 3"),
        ("snakemake --cores=all", "snakemake --cores=3"),
        ("snakemake -call", "snakemake -c3"),
        ("snakemake --cores 16 all", "snakemake --cores 16 all"),
        ("evosweep --cores all", "evosweep --cores all"),
    ],
)
def test_all_cores_are_those_of_the_quota(given: str, started: str) -> None:
    assert workflow_image.capped(given.split(), 3) == started.split()


def test_a_folder_of_somebody_else_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workflow_image, "RESULTS", tmp_path)
    monkeypatch.setattr(workflow_image.os, "access", lambda *_: False)
    monkeypatch.setattr(workflow_image.os, "getuid", lambda: 4321)
    assert workflow_image.main(["snakemake"]) == 2
    owner = tmp_path.stat()
    assert f"--user {owner.st_uid}:{owner.st_gid}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "writes"),
    [
        ("snakemake --cores 1", True),
        ("snakemake --version", False),
        ("/bin/evosweep track results", True),
        ("evosweep --version", False),
        ("evosweep list", False),
        ("mlflow server", False),
    ],
)
def test_a_command_that_needs_no_results_is_nobodys_business(command: str, writes: bool) -> None:
    assert workflow_image._writes_results(command.split()) == writes


def test_a_command_gains_no_privileges(tmp_path: Path) -> None:
    """In a process of its own: it cannot be undone."""
    script = (
        "import sys; from pathlib import Path; from evosweep.entry import workflow_image\n"
        "workflow_image.RESULTS = Path(sys.argv[1])\n"
        "workflow_image.main(['cat', '/proc/self/status'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "NoNewPrivs:\t1" in done.stdout


@pytest.mark.parametrize("words", [["--version"], ["evosweep", "--version"]])
def test_the_image_of_one_run_takes_evosweep_by_name_or_not(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evosweep.entry.run_image", *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("evosweep ")


def test_a_command_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workflow_image, "RESULTS", tmp_path)
    monkeypatch.setattr(workflow_image, "_forbid_new_privileges", lambda: None)
    monkeypatch.setenv("PYTHON_CPU_COUNT", "1")
    assert workflow_image.main(["no-such-command"]) == 127
    assert capsys.readouterr().err.startswith("evosweep: error: no-such-command: ")
