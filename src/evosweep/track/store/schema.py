"""The empty tables of MLflow's database, as its own migrations leave them.

MLflow makes a new database by some seventy migrations, which take a second of CPU. The script in
`schemas/REVISION.sql` makes the same tables in milliseconds; it counts for the MLflow whose newest
migration has that name. `python -m evosweep.track.store.schema FOLDER` writes the one of the
installed MLflow, if it is missing.
"""

import sqlite3
import sys
from contextlib import closing
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from evosweep.track.store.quiet import import_mlflow

_OF_A_STORE = 'INSERT INTO "experiments"'  # MLflow's first experiment, which has a place and a time


def create_tables(path: Path) -> bool:
    """Create MLflow's tables in a new SQLite file; returns False if their script is missing."""
    script = files(__package__) / "schemas" / f"{newest_revision()}.sql"
    if not script.is_file():
        return False
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script.read_text(encoding="utf-8"))
    return True


def newest_revision() -> str:
    """Return the name of the newest migration of the installed MLflow."""
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
