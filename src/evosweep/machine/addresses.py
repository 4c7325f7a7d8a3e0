"""Find the addresses of this host, and the one at which another host can reach it."""

import os
import socket

from evosweep.errors import InputError


def is_here(name: str) -> bool:
    """Return True if this host has the name or the address."""
    host = name.rpartition("@")[2]
    own = socket.gethostname()
    if host in (own, own.partition(".")[0], "localhost", os.environ.get("SLURMD_NODENAME")):
        return True
    return any(map(_is_own, _addresses(host)))


def address_towards(host: str) -> str:
    """Return the address of this host at which another host can reach it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for address in [*_addresses(host.rpartition("@")[2]), *_addresses(socket.gethostname())]:
            try:
                probe.connect((address, 9))  # nothing is sent
                return str(probe.getsockname()[0])
            except OSError:
                continue
    raise InputError(f"backend.hosts: {host} has no address that this host can reach")


def _addresses(host: str) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, socket.AF_INET)]
    except OSError:
        return []


def _is_own(address: str) -> bool:
    """Return True if an interface of this host has the address, so that a socket can bind to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
