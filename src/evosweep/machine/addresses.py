"""Which of this host's addresses other hosts reach, and which hosts are this one."""

import os
import socket

from evosweep.errors import InputError


def is_here(name: str) -> bool:
    """Whether that is a name or an address of this host."""
    host = name.rpartition("@")[2]
    own = socket.gethostname()
    if host in (own, own.partition(".")[0], "localhost", os.environ.get("SLURMD_NODENAME")):
        return True
    return any(map(_is_own, _addresses(host)))


def address_towards(host: str) -> str:
    """The address of this host's interface that faces another host, which reaches it there."""
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
    """Whether one of this host's interfaces has the address: only then can it be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
