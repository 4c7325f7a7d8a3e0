"""The tracking address: an MLflow, the place of its artifacts, and the place of its index."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from evosweep.errors import InputError, without_password

_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_SERVERS = ("http", "https")
DEFAULT = Path("results")
ARTIFACTS = "mlartifacts"
"""Folder of artifacts, beside the database."""
STATE = ".track"
"""Folder of locks and indexes in the results folder."""


@dataclass(frozen=True)
class Address:
    """One MLflow for one results folder."""

    uri: str
    results: Path
    """The folder of the experiments' folders, absolute."""

    @property
    def is_server(self) -> bool:
        """True for an MLflow server, False for a database."""
        return self.uri.startswith(_SERVERS)

    @property
    def database(self) -> Path | None:
        """The SQLite file, if the address names one."""
        path = self.uri.removeprefix("sqlite:///") if self.uri.startswith("sqlite:///") else None
        return Path(path) if path else None

    @property
    def is_own(self) -> bool:
        """True for the database that belongs to these results alone."""
        return self.database == self.results / "mlflow.db"

    @property
    def artifacts(self) -> Path | None:
        """The folder of artifacts, beside the database; None: the server has its own."""
        if self.is_server:
            return None
        return (self.database.parent if self.database else self.results) / ARTIFACTS

    @property
    def shown(self) -> str:
        """The address without its password."""
        return without_password(self.uri)

    @property
    def index(self) -> Path:
        """The path of the index of tracked runs."""
        name = hashlib.sha256(self.shown.encode()).hexdigest()[:12]
        return self.results / STATE / ("mlflow.index" if self.is_own else f"{name}.index")

    @property
    def lock(self) -> Path:
        """The lock that a tracker of these results holds."""
        return self.index.with_suffix(".lock")


def resolve(results: Path, uri: str | None = None, must_exist: bool = True) -> Address:
    """Return the address for a results folder: `uri`, else MLFLOW_TRACKING_URI, else an SQLite file
    in it.

    `results` may be the folder of all results, of one experiment, or of its runs.
    """
    folder = results_root(results) if must_exist else results.absolute()
    uri = uri or os.environ.get("MLFLOW_TRACKING_URI") or None
    return Address(_checked(uri) if uri else f"sqlite:///{folder / 'mlflow.db'}", folder)


def results_root(results: Path) -> Path:
    """Return the folder of all results, whichever of its folders is given."""
    folder = results.absolute()
    if not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "does not exist"
        raise InputError(f"{results} {problem}; give the folder that the runs were written to")
    if folder.name == "runs":
        return folder.parent.parent
    return folder.parent if (folder / "runs").is_dir() else folder


def _checked(uri: str) -> str:
    shown = without_password(uri)
    scheme = uri.partition("://")[0].partition("+")[0]
    if "://" not in uri or scheme not in (*_DATABASES, *_SERVERS):
        raise InputError(
            f"tracking address {shown!r}: should start with sqlite:///, "
            "postgresql://, http:// or https://"
        )
    if scheme in _SERVERS:
        if not urlsplit(uri).hostname:
            raise InputError(f"tracking address {shown!r}: there is no host in it")
        return uri.rstrip("/")
    if scheme != "sqlite":
        return uri
    path = re.sub(r"^sqlite(\+\w+)?:///", "", uri)
    if not path or path.startswith(("sqlite:", ":memory:")):
        raise InputError(f"tracking address {shown!r}: should name a file, as in sqlite:///runs.db")
    return f"sqlite:///{Path(path).absolute()}"
