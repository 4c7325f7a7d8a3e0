"""One tracker at a time for one folder of results; the next one says so and waits its turn."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from evosweep.track.store.address import Address
from evosweep.track.store.patience import one_line


@contextmanager
def only_tracker(address: Address) -> Iterator[None]:
    """The lock of the results' tracker, which the kernel frees however its holder ends.

    Results that cannot be written to need none: nothing is remembered there.
    """
    try:
        address.lock.parent.mkdir(exist_ok=True)
        fd = os.open(address.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        print(
            f"evosweep: nothing is remembered for the next call: {one_line(error)}", file=sys.stderr
        )
        yield
        return
    try:
        _wait(fd, address)
        yield
    finally:
        os.close(fd)


def _wait(fd: int, address: Address) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(OSError):
            holder = os.pread(fd, 20, 0).decode().strip()
            print(
                f"evosweep: process {holder} tracks {address.results}; waiting until it is done",
                file=sys.stderr,
                flush=True,
            )
        fcntl.flock(fd, fcntl.LOCK_EX)
    os.ftruncate(fd, 0)
    os.pwrite(fd, str(os.getpid()).encode(), 0)
