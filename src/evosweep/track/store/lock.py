"""Allow one tracker at a time per folder of results; the next one prints a line and waits."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from evosweep.files.opening import check_own, output_folder
from evosweep.processes.lock import queue
from evosweep.track.store.address import STATE, Address
from evosweep.track.store.patience import one_line


@contextmanager
def only_tracker(address: Address) -> Iterator[None]:
    """Hold the lock of the results' tracker; the kernel releases it in whichever way we end.

    Read-only results need no lock, since nothing is written there.
    """
    with ExitStack() as stack:
        try:
            output_folder(address.results, STATE)
            check_own(address.index)
            tell = partial(_tell, address)
            stack.enter_context(queue(address.lock, tell, inside=address.results))
        except OSError as error:
            print(
                f"evosweep: nothing is remembered for the next call: {one_line(error)}",
                file=sys.stderr,
            )
        yield


def _tell(address: Address, holder: str) -> None:
    print(
        f"evosweep: {holder} tracks {address.results}; waiting until it is done",
        file=sys.stderr,
        flush=True,
    )
