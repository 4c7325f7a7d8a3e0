"""Create MLflow's database once, under a lock, and whole or not at all.

MLflow creates its tables at the first connection. If sixteen processes connect first at the same
time, they fail; and a process that is killed meanwhile leaves half a schema.
"""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evosweep.errors import InputError
from evosweep.files.opening import check_own
from evosweep.files.writing import move, remove
from evosweep.processes.lock import queue
from evosweep.track.store.address import Address
from evosweep.track.store.patience import one_line, persist
from evosweep.track.store.protocol import Database
from evosweep.track.store.quiet import import_mlflow
from evosweep.track.store.schema import create_tables

if TYPE_CHECKING:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

_LOCK = 7046029254386353131  # any number that nobody else takes


def open_database(address: Address) -> Database:
    """MLflow's store at a database, its tables made if they are missing."""
    import_mlflow()
    if address.database:
        is_new = _prepare_file(address.database)
        store = _store(address)
        if is_new:  # MLflow keeps connections, perhaps to a file that was deleted since
            store.engine.dispose()
        return store
    return persist(lambda: _reach(address), address.shown)


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


def _prepare_file(path: Path) -> bool:
    """Make an SQLite file with MLflow's tables, by a rename; returns False if there is one."""
    check_own(path)
    if path.exists() and path.stat().st_size:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with queue(path.with_name(f".{path.name}.lock")):
            if not (path.exists() and path.stat().st_size):
                _create_file(path)
    except OSError as error:
        raise InputError(f"{path}: cannot create the database ({one_line(error)})") from error
    return True


def _create_file(path: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    draft = path.with_name(f".{path.name}.new")
    remove(draft)
    remove(draft.with_name(draft.name + "-journal"))
    create_tables(draft)  # MLflow makes them itself, by its migrations, where it misses any
    store = SqlAlchemyStore(f"sqlite:///{draft}", "")  # type: ignore[no-untyped-call]
    store.engine.dispose()
    move(draft, path, inside=path.parent)


def probe(address: Address) -> None:
    """Raise `Unreachable` if a database server cannot be reached; MLflow waits far longer."""
    if not address.database:
        import_mlflow()
        persist(lambda: _engine(address).connect().close(), address.shown)


def _engine(address: Address) -> Any:
    import sqlalchemy

    try:
        return sqlalchemy.create_engine(address.uri, poolclass=sqlalchemy.NullPool)
    except (sqlalchemy.exc.ArgumentError, ImportError) as error:
        raise InputError(f"tracking address {address.shown}: {one_line(error)}") from None


def _reach(address: Address) -> Database:
    """Open the store at a database server; on PostgreSQL, which may be shared, take its lock.

    The connection that holds the lock also checks that the server can be reached.
    """
    import sqlalchemy

    engine = _engine(address)
    connection = engine.connect()
    try:
        if engine.dialect.name == "postgresql":
            connection.execute(sqlalchemy.text(f"SELECT pg_advisory_lock({_LOCK})"))
        return _store(address)
    finally:
        with suppress(sqlalchemy.exc.SQLAlchemyError):  # a server that died has freed it
            connection.close()
