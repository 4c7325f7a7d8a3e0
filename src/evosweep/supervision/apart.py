"""A run in a process of its own, so that nothing of it is left for the next one.

Modules of a user may keep something from run to run: a generator, a counter, the classes that they
create under names that other modules use. A child that the working process forks before it has
imported any of them is as a process of the run's own, and costs milliseconds.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable

from evosweep.errors import EvosweepError
from evosweep.processes import guard


def apart(perform: Callable[[], list[int]]) -> int:
    """Return the exit code of one run that a child of this process performs.

    If the child is killed, this process ends in the same way, as if it had performed the run.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os._exit(_exit_code(perform))
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
        os.kill(os.getpid(), number)
    return os.waitstatus_to_exitcode(status)


def _exit_code(perform: Callable[[], list[int]]) -> int:
    guard.die_with_parent()
    try:
        code = perform()[0]
    except EvosweepError as error:
        code = error.exit_code
        print(f"evosweep: error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        code = 1
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    return code
