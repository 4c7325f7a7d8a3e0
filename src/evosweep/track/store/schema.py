"""The empty tables of MLflow's database, as its own migrations leave them.

MLflow makes a new database by some seventy migrations, which take a second of CPU. The script in
`schemas/REVISION.sql` makes the same tables in milliseconds; it counts for the MLflow whose newest
migration has that name. `python -m evosweep.track.store.schema FOLDER` writes the one of the
installed MLflow, if it is missing.
"""

import re
import sqlite3
import sys
import time
from contextlib import closing, suppress
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from evosweep.track.store.quiet import import_mlflow

_OF_A_STORE = 'INSERT INTO "experiments"'  # MLflow's first experiment, which has a place and a time
_MIGRATIONS = Path("store", "db_migrations", "versions")
_REVISION = re.compile(r"^(down_)?revision\b[^=\n]*=(.*)$", re.MULTILINE)
_NAMED = re.compile(r"[\"'](\w+)[\"']")


def create_tables(path: Path, artifacts: Path) -> bool:
    """Create MLflow's tables in a new SQLite file; returns False if their script is missing.

    MLflow's first experiment, Default, has its artifacts below the folder `artifacts`.
    """
    script = files(__package__) / "schemas" / f"{newest_revision()}.sql"
    if not script.is_file():
        return False
    now = round(1000 * time.time())
    first = (0, "Default", (artifacts / "0").as_uri(), "active", now, now, "default")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script.read_text(encoding="utf-8"))
        connection.execute("INSERT INTO experiments VALUES (?, ?, ?, ?, ?, ?, ?)", first)
        connection.commit()
    return True


def is_up_to_date(path: Path) -> bool:
    """Return True if a file has the tables of the installed MLflow, and these are known here.

    MLflow's own store checks others: it migrates them, or refuses them.
    """
    newest = newest_revision()
    if not (files(__package__) / "schemas" / f"{newest}.sql").is_file():
        return False
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        spaces = connection.execute("SELECT DISTINCT workspace FROM experiments").fetchall()
        return revisions == [(newest,)] and set(spaces) <= {("default",)}
    return False


@cache
def newest_revision() -> str:
    """Return the name of the newest migration of the installed MLflow, without importing it.

    Only MLflow can say it where its migrations are not what they are today.
    """
    spec = find_spec("mlflow")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    own: set[str] = set()
    earlier: set[str] = set()
    for script in (path for each in folders for path in Path(each, _MIGRATIONS).glob("*.py")):
        for down, value in _REVISION.findall(script.read_text(encoding="utf-8")):
            (earlier if down else own).update(_NAMED.findall(value))
    if len(newest := own - earlier) == 1:
        return newest.pop()
    return str(import_module("mlflow.store.db.utils")._get_latest_schema_revision())


def migrated() -> str:
    """Return the script of the tables that the migrations of the installed MLflow make."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "mlflow.db")
        store = import_module("mlflow.store.tracking.sqlalchemy_store")
        store.SqlAlchemyStore(f"sqlite:///{path}", "").engine.dispose()
        return script_of(path)


def script_of(path: Path) -> str:
    """Return the script that makes the tables of a database, without its experiments and runs."""
    with closing(sqlite3.connect(path)) as connection:
        begin, *statements, commit = connection.iterdump()
    kept = (each for each in statements if not each.startswith(_OF_A_STORE))
    return "\n".join([begin, *sorted(kept, key=_index), commit, ""])


def _index(statement: str) -> str:
    """Return what an index is sorted by: they come after all tables, and in any order."""
    return statement if statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")) else ""


if __name__ == "__main__":
    import_mlflow()
    if not (script := Path(sys.argv[1], f"{newest_revision()}.sql")).exists():
        script.write_text(migrated(), encoding="utf-8")
