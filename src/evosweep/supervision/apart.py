"""Perform each run in a process of its own, so that it leaves no state behind for the next run.

A user's modules may keep state from run to run: a generator, a counter, or classes that they create
under names that other modules use. So the working process forks a child for each run before it
imports any of these modules. A fork costs milliseconds.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable

from evosweep.errors import EvosweepError
from evosweep.processes import guard, lines


def apart(perform: Callable[[], list[int]]) -> int:
    """Perform one run in a forked child; returns the child's exit code.

    If a signal kills the child, this process sends itself the same signal.
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
        lines.complain(f"evosweep: error: {error}")
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        code = 1
        lines.complain(traceback.format_exc().rstrip())
    sys.stdout.flush()
    sys.stderr.flush()
    return code
