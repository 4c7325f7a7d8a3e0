"""Servers that the tests start and stop: MLflow's, and PostgreSQL as a throw-away cluster."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from evosweep.track.store.quiet import ENVIRONMENT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MlflowServer:
    """A real `mlflow server` on 127.0.0.1, which may be killed and started again."""

    def __init__(self, folder: Path, backend: str, *options: str, **environment: str) -> None:
        self.folder, self.backend, self.options = folder, backend, options
        self.environment = environment
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"

    def start(self, wait: bool = True) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", "1", "--backend-store-uri", self.backend]
        command += ["--artifacts-destination", str(self.folder / "served"), *self.options]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=os.environ | ENVIRONMENT | self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder,
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        end = time.monotonic() + 600  # of a loaded machine
        while time.monotonic() < end:
            with suppress(OSError), urlopen(f"{self.uri}/health", timeout=2):
                return
            time.sleep(0.1)
        raise AssertionError((self.folder / "server.log").read_text()[-2000:])

    def kill(self) -> None:
        """Ends it without a word, as a crash does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while True:  # its port is free again once the last of the group is gone
            try:
                os.killpg(self.process.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)


@contextmanager
def mlflow_server(
    folder: Path, backend: str, *options: str, **environment: str
) -> Iterator[MlflowServer]:
    """A server until the block ends."""
    server = MlflowServer(folder, backend, *options, **environment)
    try:
        server.start()
        yield server
    finally:
        server.kill()


class Flaky(BaseHTTPRequestHandler):
    """A way to a server: some requests are answered with 500, some wait, some need an account."""

    count = 0
    port = 0
    failing = waiting = 10**9
    account = ""

    def _pass_on(self) -> None:
        Flaky.count += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if Flaky.count % Flaky.waiting == 0:
            time.sleep(0.2)
        if Flaky.account not in ("", self.headers.get("Authorization")):
            self._answer(401, b"who is there?")
            return
        if Flaky.count % Flaky.failing == 0:
            self._answer(500, b'{"error_code": "INTERNAL_ERROR", "message": "not today"}')
            return
        onward = HTTPConnection("127.0.0.1", self.port, timeout=600)
        onward.request(self.command, self.path, body, dict(self.headers))
        response = onward.getresponse()
        self._answer(response.status, response.read())
        onward.close()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def way_to(server: MlflowServer, port: int = 0) -> Iterator[str]:
    """The address of a proxy to the server, on a port of its own."""
    Flaky.port = server.port
    proxy = ThreadingHTTPServer(("127.0.0.1", port), Flaky)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}"
    finally:
        proxy.shutdown()
        proxy.server_close()


def postgresql_programs() -> Path | None:
    """Where Debian's package has `initdb` and `pg_ctl`; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class PostgreSQL:
    """A cluster in a folder of its own, of a user that is not root."""

    def __init__(self) -> None:
        programs = postgresql_programs()
        assert programs is not None
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="evosweep-postgresql-"))
        self.port = free_port()
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._call("initdb", "--auth", "trust", "--username", "evosweep", "--no-sync")

    def _call(self, program: str, *options: str) -> None:
        command = [*self._as, str(self.programs / program), "--pgdata", str(self.folder / "data")]
        subprocess.run([*command, *options], check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off "
        settings += f"-c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        self._call("pg_ctl", "start", "--wait", "--log", log, "--options", settings)

    def kill(self) -> None:
        """Ends it at once, as a crash does."""
        self._call("pg_ctl", "stop", "--mode", "immediate")

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        import sqlalchemy

        engine = sqlalchemy.create_engine(self._uri("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return self._uri(name)

    def _uri(self, name: str) -> str:
        return f"postgresql://evosweep@127.0.0.1:{self.port}/{name}"

    def remove(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
