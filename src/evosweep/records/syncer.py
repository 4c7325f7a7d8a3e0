"""The thread that puts the entries of an open journal on the disk every so many seconds."""

import threading
from collections.abc import Callable
from types import TracebackType


class Syncer:
    """Calls the function of the journal that it serves, every `seconds`, until its block ends.

    The runs of a job open one journal after the other; one syncer serves them all, since a thread
    costs as much as the writing of a small journal. It keeps its rhythm: the first call for a
    journal comes after at most `seconds`, and so does each entry to the disk.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._serving = threading.Lock()
        self._sync: Callable[[], None] | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)

    def __enter__(self) -> "Syncer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join()

    def serve(self, sync: Callable[[], None] | None) -> None:
        """Call this function from now on, or none; a call that is under way is waited for."""
        with self._serving:
            self._sync = sync

    def _work(self) -> None:
        while not self._closing.wait(self.seconds):
            with self._serving:
                if self._sync is not None:
                    self._sync()
