"""A worker of SCOOP asks for its next chunk before it evaluates the one that it has.

SCOOP's worker asks its broker when it has nothing left, and waits for the answer. Here a worker
that begins a chunk of which more are to come asks at once, so that the next one waits beside it.
It asks no more often than SCOOP would: once for each future that it runs.
"""

from functools import cache


class Asking:
    """Counts what this worker has asked for and what it has begun."""

    def __init__(self) -> None:
        from scoop import _control

        self._socket = _control.execQueue.socket
        self._send, self._socket.sendRequest = self._socket.sendRequest, self._ask
        self.asked = 1  # since what is begun first was asked for
        self.begun = 0

    def begin(self, *, is_followed: bool) -> None:
        """Note that a chunk begins, and ask for the next one unless it was asked for already."""
        self.begun += 1
        if is_followed and self.asked <= self.begun:
            self._socket.sendRequest()

    def _ask(self) -> None:
        self.asked += 1
        self._send()


@cache
def asking() -> Asking:
    """The one of this process."""
    return Asking()
