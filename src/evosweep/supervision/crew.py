"""The crew: processes that a run needs; without any one of them it would wait for ever."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evosweep.processes import activity
from evosweep.processes.paused import Paused

if TYPE_CHECKING:
    import psutil


class Crew:
    """The members among a leader's descendants, and every process with a file on the board.

    Parameters
    ----------
    leader
        Number of the process that started them.
    board
        The folder in which processes note what they evaluate.
    is_member
        Returns True for the command line (a list of words) of a member.
    """

    def __init__(
        self, leader: int, board: Path, is_member: Callable[[Sequence[str]], bool]
    ) -> None:
        import psutil

        self._process = psutil.Process
        self._gone = (psutil.NoSuchProcess, psutil.ZombieProcess)
        self._leader = psutil.Process(leader)
        self._board, self._is_member = board, is_member
        self._members: dict[int, psutil.Process] = {}
        self._paused = Paused()

    def is_incomplete(self) -> bool:
        """Return True if a member has died, or was stopped and nobody continues it."""
        with suppress(*self._gone):
            for process in self._leader.children(recursive=True):
                if process.pid not in self._members and self._counts(process):
                    self._members[process.pid] = process
        for pid in activity.pids(self._board):  # also a process that died before the look above
            if pid not in self._members and pid < activity.ELSEWHERE:
                try:
                    self._members[pid] = self._process(pid)
                except self._gone:
                    return True
        return any(map(self.has_lost, self._members)) or bool(self._paused.too_long(self._members))

    def has_lost(self, pid: int) -> bool:
        """Return True if the process with this number is dead."""
        if pid >= activity.ELSEWHERE:
            return activity.is_lost_elsewhere(self._board, pid)
        try:
            process = self._members.get(pid) or self._process(pid)
            return not process.is_running() or process.status() == "zombie"
        except self._gone:
            return True

    def _counts(self, process: "psutil.Process") -> bool:
        with suppress(*self._gone):
            return self._is_member(process.cmdline())
        return False
