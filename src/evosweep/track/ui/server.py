"""MLflow's server as a process that stops when its parent stops.

Run as `python -m evosweep.track.ui.server OPTIONS`. Its standard input is a pipe from its parent;
the pipe closes when the parent stops, for whatever reason.
"""

import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

from evosweep.errors import RunError
from evosweep.files.opening import open_descriptor
from evosweep.processes import kill
from evosweep.track.store.address import Address
from evosweep.track.store.quiet import ENVIRONMENT
from evosweep.track.ui.guard import LOCAL, SECRET

_GRACE = 8.0
_START = 300.0
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class Server:
    """Runs MLflow's server on a database for the block; its log goes to `log`."""

    def __init__(self, address: Address, host: str, port: int, allowed: str, log: Path) -> None:
        self.address, self.host, self.port, self.log = address, host, port, log
        self._options = ["--host", host, "--port", str(port), "--workers", "1"]
        self._options += ["--artifacts-destination", str(address.artifacts)]
        names = [*LOCAL, *([allowed] if allowed else [])]
        self._options += ["--allowed-hosts", ",".join(names)]
        self._secret = secrets.token_urlsafe(32)

    @property
    def url(self) -> str:
        """The address on which it listens."""
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def page(self, fragment: str) -> str:
        """Return the address of a page, with the secret."""
        return f"{self.url}/?token={self._secret}#{fragment}"

    def __enter__(self) -> "Server":
        # A command line can be read by everybody, an environment by its own user alone.
        environment = os.environ | ENVIRONMENT | {SECRET: self._secret}
        environment["MLFLOW_BACKEND_STORE_URI"] = self.address.uri
        environment.pop("MLFLOW_TRACKING_URI", None)
        with os.fdopen(open_descriptor(self.log, _NEW, 0o600), "wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "evosweep.track.ui.server", *self._options],
                env=environment,
                cwd="/",  # uvicorn imports from its working folder first
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def check(self) -> None:
        """Raise `RunError` once the server has ended by itself."""
        code = self._process.poll()
        if code is not None:
            lines = self.log.read_text(errors="replace").strip().splitlines() or ["no word of it"]
            raise RunError(f"MLflow's server ended with code {code}: {lines[-1]} (see {self.log})")

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + _START
        while time.monotonic() < end:
            self.check()
            try:
                with urlopen(f"{self.url}/health", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.1)
        raise RunError(f"MLflow's server does not answer after {_START:.0f} s (see {self.log})")

    def _stop(self) -> None:
        """End the server and everything that it started."""
        kill.group_in_time(self._process, _GRACE)
        if self._process.stdin:
            self._process.stdin.close()


def _end_with_parent() -> None:
    os.read(0, 1)
    kill.own_group(_GRACE)


def main(options: Sequence[str]) -> None:
    """Serve until it is stopped or its parent ends."""
    os.environ.update(ENVIRONMENT)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from mlflow.cli import cli

    cli(["server", "--app-name", "evosweep", *options])


if __name__ == "__main__":
    main(sys.argv[1:])
