"""`evosweep ui`: serve MLflow's UI of the results on this machine, and keep it up to date."""

import argparse
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evosweep.commands.results_argument import add_results
from evosweep.errors import InputError
from evosweep.files.opening import output_folder
from evosweep.files.writing import remove, write_whole
from evosweep.processes.signals import exit_on_stops
from evosweep.records import mlflow_page
from evosweep.records.mlflow_page import SIGN
from evosweep.track.content import views
from evosweep.track.passes import scan
from evosweep.track.passes.follow import follow
from evosweep.track.passes.tracking import open_store
from evosweep.track.store.address import STATE, resolve
from evosweep.track.store.protocol import Store
from evosweep.track.ui.server import Server

PORT = 5000
_HOST = "127.0.0.1"
_LISTED = 9
_REFUSED = {5060, 5061}  # browsers refuse these ports, which are for telephony


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evosweep ui`."""
    add_results(parser, meaning="folder of the results")
    parser.add_argument("--uri", help="the database to show (default: RESULTS/mlflow.db)")
    parser.add_argument(
        "--port", type=int, help=f"port to listen on (default: {PORT}, or the next free one)"
    )
    parser.add_argument("--host", default=_HOST, help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--allowed-hosts",
        default="",
        metavar="NAMES",
        help="names by which browsers may reach it, needed for any other --host; "
        "put a proxy with authentication before it, see docs/tracking.md",
    )


def main(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    address = resolve(args.results, args.uri)
    _check_host(args.host, args.allowed_hosts)
    if address.is_server:
        raise InputError(f"{address.shown} is a server already: open it in a browser")
    port = _port(args.host, args.port)
    with exit_on_stops():
        store = open_store(address)
        state = output_folder(address.results, STATE)
        log = state / "ui.log"
        with Server(address, args.host, port=port, allowed=args.allowed_hosts, log=log) as server:
            _tell(args.results, server, store)
            with _linked(address.results, server):
                follow(args.results, address, check=server.check)
    return 0


@contextmanager
def _linked(results: Path, server: Server) -> Iterator[None]:
    """Lets the report's pages link to their runs in MLflow until the block ends."""
    sign = results / SIGN
    if server.host == _HOST:
        write_whole(sign, mlflow_page.sign(server.port), inside=results)
    try:
        yield
    finally:
        remove(sign, inside=results)


def _tell(results: Path, server: Server, store: Store) -> None:
    print(f"MLflow's UI on {results} ({store.address.shown}):\n", flush=True)
    for name, page in _pages(store, server):
        print(f"    {name:<16}{page}", flush=True)
    print("\nThe token lets you in, and no other user of this machine.", flush=True)
    print("It follows the runs; Ctrl-C stops it.", flush=True)


def _pages(store: Store, server: Server) -> list[tuple[str, str]]:
    """Return (name, address) of the pages to open: MLflow's front page shows language models."""
    pages = [("all experiments", server.page("/experiments?workflowType=machine_learning"))]
    for name, _ in scan.experiments(store.address.results)[:_LISTED]:
        place = f"/experiments/{store.experiment(name).id}/runs?{views.query()}"
        pages.append((name, server.page(place)))
    return pages


def _check_host(host: str, allowed: str) -> None:
    if _is_local(host) or allowed:
        return
    raise InputError(
        f"--host {host}: anybody who reaches it could change the results; name the hosts that may "
        "with --allowed-hosts, behind a proxy with authentication, or leave it at 127.0.0.1"
    )


def _is_local(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _port(host: str, wanted: int | None) -> int:
    if wanted is not None and not 1 <= wanted <= 65535:
        raise InputError(f"--port {wanted}: should be from 1 to 65535")
    first = wanted or PORT
    ports = (port for port in range(first, min(first + 200, 65536)) if port not in _REFUSED)
    free = next((port for port in ports if _is_free(host, port)), 0)
    if not free:
        raise InputError(f"--host {host}: no port from {first} on can be listened on")
    if wanted in _REFUSED:
        raise InputError(f"--port {wanted}: browsers refuse this port; take {free}")
    if wanted and free != wanted:
        raise InputError(f"--port {wanted} is in use; {free} is free: evosweep ui --port {free}")
    return free


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
