"""A fresh virtual environment with the built wheel alone: a study from nothing to its report.

The packages that evosweep requires are those of this environment, which the new one finds behind
its own: nothing is fetched. evosweep itself is there by its wheel, and not by this clone.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "Snakefile",
           "src", "workflow", "profiles", "config")  # fmt: skip


def _wheel(folder: Path) -> Path:
    """The wheel, built from a copy: building leaves files beside the sources."""
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        path = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, source / name, **({"ignore": ignored} if path.is_dir() else {}))
    words = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    _call(sys.executable, "-m", "pip", *words, "--wheel-dir", str(folder), str(source))
    (wheel,) = folder.glob("evosweep-*.whl")
    return wheel


def _environment(folder: Path, wheel: Path) -> Path:
    """The Python of a new environment with the wheel in it."""
    _call(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin" / "python"
    words = ["--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    _call(sys.executable, "-m", "pip", *words, str(wheel))
    (packages,) = folder.glob("lib/python*/site-packages")
    # A line of a .pth file is a place to search; the .pth files of that place are not read.
    (packages / "required.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def _call(*words: str, cwd: Path | None = None, path: str = "/usr/bin:/bin") -> str:
    keep = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        words, cwd=cwd, env=keep | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_from_the_wheel_to_the_report(tmp_path: Path) -> None:
    python = _environment(tmp_path / "venv", _wheel(tmp_path))
    where = "import evosweep; print(evosweep.__file__)"
    assert _call(str(python), "-c", where, cwd=tmp_path).startswith(str(tmp_path / "venv"))

    evosweep = str(python.with_name("evosweep"))
    _call(evosweep, "init", "mine", cwd=tmp_path)
    study = tmp_path / "mine"
    words = ("-m", "snakemake", "--cores", "2", "--config", "seeds=[1,2]")
    _call(str(python), *words, cwd=study)
    records = list((study / "results" / "mine" / "runs").glob("*/record.json"))
    assert len(records) == 4
    assert (study / "results" / "mine" / "comparison" / "report.html").exists()
    assert (study / "results" / "mlflow.db").exists()
