"""The program inside a container: it runs an `evosweep` command until its caller outside ends.

The caller holds the other end of standard input. When the caller or the engine's client ends, even
by SIGKILL, the kernel closes standard input, and the command stops as after SIGTERM. So no
container outlives its caller.
"""

import os
import sys
import threading

from evosweep import cli
from evosweep.processes import kill

_GRACE = 8.0  # seconds for a stop; then this process exits, and the container with it


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
    kill.this_process(_GRACE)


if __name__ == "__main__":
    sys.exit(main())
