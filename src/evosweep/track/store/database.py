"""Create MLflow's database once, under a lock, and whole or not at all.

MLflow creates its tables at the first connection. If sixteen processes connect first at the same
time, they fail; and a process that is killed meanwhile leaves half a schema.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evosweep.errors import InputError
from evosweep.files.opening import check_own
from evosweep.files.writing import move, remove
from evosweep.processes.lock import queue
from evosweep.track.store.address import ARTIFACTS, Address
from evosweep.track.store.patience import one_line, persist
from evosweep.track.store.quiet import check_mlflow, import_mlflow
from evosweep.track.store.schema import create_tables, is_up_to_date

if TYPE_CHECKING:
    import sqlalchemy
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

_LOCK = 7046029254386353131  # any number that nobody else takes
_SETTINGS = ("foreign_keys = ON", "busy_timeout = 20000", "case_sensitive_like = true")


def open_database(address: Address) -> "sqlalchemy.Engine":
    """Return an engine for MLflow's database, whose tables are made if they are missing.

    MLflow itself is imported only where its tables are not those that evosweep knows.
    """
    if not address.database:
        import_mlflow()
        return persist(lambda: _reach(address), address.shown)
    check_mlflow()
    _prepare_file(address.database)
    if not is_up_to_date(address.database):
        import_mlflow()
        _store(address).engine.dispose()
    return _file_engine(address)


def _file_engine(address: Address) -> "sqlalchemy.Engine":
    """Return an engine for an SQLite file with the settings of MLflow's connections."""
    from sqlalchemy import create_engine, event

    engine = create_engine(address.uri)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: object) -> None:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")

    return engine


def _store(address: Address) -> "SqlAlchemyStore":
    from mlflow.exceptions import MlflowException
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    try:
        return SqlAlchemyStore(address.uri, str(address.artifacts))  # type: ignore[no-untyped-call]
    except MlflowException as error:
        if "out-of-date database schema" not in str(error):
            raise
        raise InputError(
            f"{address.shown} was written by another version of MLflow; bring it up to date with "
            f"`mlflow db upgrade {address.shown}`, or delete it and track again"
        ) from None


def _prepare_file(path: Path) -> None:
    """Make an SQLite file with MLflow's tables, by a rename, if there is none."""
    check_own(path)
    if path.exists() and path.stat().st_size:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with queue(path.with_name(f".{path.name}.lock")):
            if not (path.exists() and path.stat().st_size):
                _create_file(path)
    except OSError as error:
        raise InputError(f"{path}: cannot create the database ({one_line(error)})") from error


def _create_file(path: Path) -> None:
    draft = path.with_name(f".{path.name}.new")
    remove(draft)
    remove(draft.with_name(draft.name + "-journal"))
    if not create_tables(draft, path.parent / ARTIFACTS):
        _migrate(draft)
    move(draft, path, inside=path.parent)


def _migrate(draft: Path) -> None:
    """Let MLflow make its tables, by its migrations."""
    import_mlflow()
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"sqlite:///{draft}", "")  # type: ignore[no-untyped-call]
    store.engine.dispose()


def probe(address: Address) -> None:
    """Raise `Unreachable` if a database server cannot be reached; MLflow waits far longer."""
    if not address.database:
        import_mlflow()
        persist(lambda: _engine(address).connect().close(), address.shown)


def _engine(address: Address) -> "sqlalchemy.Engine":
    import sqlalchemy

    try:
        return sqlalchemy.create_engine(address.uri, poolclass=sqlalchemy.NullPool)
    except (sqlalchemy.exc.ArgumentError, ImportError) as error:
        raise InputError(f"tracking address {address.shown}: {one_line(error)}") from None


def _reach(address: Address) -> "sqlalchemy.Engine":
    """Return the engine of MLflow's store at a database server.

    On PostgreSQL, which may be shared, it takes its lock meanwhile. The connection that holds the
    lock also checks that the server can be reached.
    """
    import sqlalchemy

    engine = _engine(address)
    connection = engine.connect()
    try:
        if engine.dialect.name == "postgresql":
            connection.execute(sqlalchemy.text(f"SELECT pg_advisory_lock({_LOCK})"))
        engine_of_store: sqlalchemy.Engine = _store(address).engine
        return engine_of_store
    finally:
        with suppress(sqlalchemy.exc.SQLAlchemyError):  # a server that died has freed it
            connection.close()
