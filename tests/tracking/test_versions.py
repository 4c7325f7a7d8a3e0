"""The versions of MLflow that tracking knows: one range in all places, and the same contents."""

import importlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import venv
from contextlib import closing
from pathlib import Path
from sysconfig import get_path

import mlflow_contents as contents
import pytest

from evosweep.errors import InputError
from evosweep.track.passes.tracking import track
from evosweep.track.store import schema
from evosweep.track.store.address import resolve
from evosweep.track.store.database import open_database
from evosweep.track.store.versions import NEWEST, OLDEST, REQUIREMENT, check_version

ROOT = Path(__file__).parents[2]


def test_the_package_asks_for_the_versions_that_are_tested() -> None:
    assert f'"{REQUIREMENT}"' in (ROOT / "pyproject.toml").read_text()


def test_the_lock_has_the_newest_one() -> None:
    for name in ("test", "workflow"):
        lines = (ROOT / "envs" / f"{name}.txt").read_text().splitlines()
        (locked,) = [line.split()[0] for line in lines if line.startswith("mlflow==")]
        assert locked.startswith(f"mlflow=={NEWEST[0]}.{NEWEST[1]}.")


def test_a_version_that_nobody_tested_is_refused() -> None:
    for minor in (OLDEST, NEWEST):
        check_version(f"{minor[0]}.{minor[1]}.0")
    for version in (f"{NEWEST[0]}.{NEWEST[1] + 1}.0", "2.22.0", "4.0.0", "unknown"):
        with pytest.raises(InputError, match="pip install 'mlflow"):
            check_version(version)


def test_new_tables_are_those_of_the_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `make schema` the script follows a new MLflow; until then its migrations are used."""
    migrated = _lines(schema.migrated())
    assert schema.create_tables(tmp_path / "draft.db", tmp_path)
    assert _lines(schema.script_of(tmp_path / "draft.db")) == migrated
    monkeypatch.setattr(schema, "newest_revision", lambda: "unknown")
    assert not schema.create_tables(tmp_path / "unknown.db", tmp_path)
    assert not (tmp_path / "unknown.db").exists()
    path = tmp_path / "mlflow.db"
    open_database(resolve(tmp_path, f"sqlite:///{path}"))
    assert _lines(schema.script_of(path)) == migrated


def test_the_newest_migration_is_the_one_that_mlflow_names() -> None:
    utils = importlib.import_module("mlflow.store.db.utils")
    assert schema.newest_revision() == utils._get_latest_schema_revision()


def test_only_tables_of_the_installed_version_are_used_without_it(
    tmp_path: Path, empty_database: Path
) -> None:
    assert schema.is_up_to_date(empty_database)
    statements = (
        "UPDATE alembic_version SET version_num = '867495a8f9d4'",
        "UPDATE experiments SET workspace = 'others'",
        "DROP TABLE experiments",
    )
    for number, statement in enumerate(statements):
        other = tmp_path / str(number)
        shutil.copyfile(empty_database, other)
        with closing(sqlite3.connect(other)) as connection:
            connection.execute(statement)
            connection.commit()
        assert not schema.is_up_to_date(other)
    (tmp_path / "text").write_text("no database")
    assert not schema.is_up_to_date(tmp_path / "text")


def _lines(script: str) -> list[str]:
    """The lines in an order of their own: the migrations' order of constraints is any."""
    return sorted(line.strip(" ,") for line in script.splitlines())


PROGRAM = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import mlflow
import mlflow_contents as contents
from evosweep.track.passes.tracking import track
results = Path(sys.argv[1])
track(results)
Path(sys.argv[2]).write_text(json.dumps([mlflow.__version__, contents.runs(sys.argv[4])]))
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_oldest_one_shows_the_same(results: Path, tmp_path: Path) -> None:
    """In an environment of its own, which is installed here; it needs a package index."""
    oldest = f"{OLDEST[0]}.{OLDEST[1]}.0"
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    packages = [f"{name}=={oldest}" for name in ("mlflow", "mlflow-skinny", "mlflow-tracing")]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", *packages]
    subprocess.run(pip, check=True)
    site = Path(get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    (site / "others.pth").write_text(f"{get_path('purelib')}\n{ROOT / 'src'}\n")
    (results / "mlflow.db").unlink()  # made by the newest one
    answer, uri = tmp_path / "answer.json", f"sqlite:///{results / 'mlflow.db'}"
    command = [str(python), "-c", PROGRAM, str(results), str(answer), str(Path(__file__).parent)]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run([*command, uri], check=True, env=environment)
    version, shown = json.loads(answer.read_text())
    assert version == oldest != sys.modules["mlflow"].__version__
    (results / "mlflow.db").unlink()
    (results / "mlartifacts").rename(tmp_path / "of-the-oldest")
    track(results)
    assert json.loads(json.dumps(contents.runs(uri))) == shown
