"""Show the progress of a call: a block on a terminal, or one line per minute in a log."""

import os
import sys
import threading
import time
from contextlib import suppress

from evosweep.errors import EvosweepError, printable_lines
from evosweep.inventory.progress import Observer, Progress
from evosweep.workflow import status_lines
from evosweep.workflow.current_call import ThisCall

LINES_EVERY = "EVOSWEEP_STATUS_SECONDS"
"""Names the variable with the seconds between two lines in a log, by default 60."""
_BUSY = 20  # the pause after a look is at least this many times as long as the look


class LogLines:
    """Prints one line per minute, for outputs that are no terminal."""

    pause = 60.0

    def __init__(self) -> None:
        with suppress(ValueError):
            self.pause = max(float(os.environ.get(LINES_EVERY, "")), 0.1)

    def show(self, progress: Progress, stage: str = "") -> None:
        """Print one line; `stage`: what is done with the runs now."""
        line = f"{time.strftime('%H:%M:%S')} {status_lines.head(progress)}"
        self.say(f"{line}; {stage}" if stage else line)

    def say(self, text: str) -> None:
        """Print a message."""
        print(printable_lines(text), file=sys.stderr, flush=True)

    def close(self) -> None:
        """Do nothing."""


class TerminalBlock:
    """Draws a block at the end of the terminal, anew each second."""

    pause = 1.0

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live.start()

    def show(self, progress: Progress, stage: str = "") -> None:
        """Draw the block; `stage`: what is done with the runs now."""
        from evosweep.workflow.status_block import block

        self._live.update(block(progress, self._console.height - 1, stage), refresh=True)

    def say(self, text: str) -> None:
        """Print a message above the block."""
        self._console.print(printable_lines(text), markup=False, highlight=False)

    def close(self) -> None:
        """Remove the block."""
        self._live.stop()


def suitable() -> LogLines | TerminalBlock:
    """Return a block if standard error is a terminal that can move its cursor, else lines."""
    if sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb"):
        with suppress(ImportError):
            return TerminalBlock()
    return LogLines()


class Showing:
    """Looks at the results of a call in a thread of its own, and shows them until it is closed."""

    def __init__(self, call: ThisCall, display: LogLines | TerminalBlock) -> None:
        self.display, self._call = display, call
        fresh_since = call.began if call.fresh else 0.0
        self._observer = Observer(call.plan.experiment.folder, fresh_since)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="evosweep status", daemon=True)
        self._thread.start()
        call.on_end.append(self.close)

    def close(self) -> None:
        """Stop looking, and restore the terminal."""
        self._over.set()
        self._thread.join(timeout=5)
        self.display.close()

    def _look(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            with suppress(OSError, EvosweepError):
                self.display.show(self._observer.look(), self._call.stage)
            self._over.wait(max(self.display.pause, _BUSY * (time.monotonic() - began)))
