"""What runs inside a container: an `evosweep` command that stops when nobody is there any more.

The watching process outside holds the other end of standard input. However that process or the
engine's client ends, with a kill that nobody can catch too, this end is closed by the kernel, and
the command is stopped as by SIGTERM. So no container outlives the one who asked for it.
"""

import os
import signal
import sys
import threading
import time

from evosweep import cli

_GRACE = 8.0  # seconds for a stop, before the init of the container is left without a child


def main() -> int:
    """Run the command; returns its exit code."""
    watched = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_stop_at_end, args=(watched,), daemon=True).start()
    return cli.main(sys.argv[1:])


def _stop_at_end(watched: int) -> None:
    while os.read(watched, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
