"""Repeats evaluations whose worker died, until they succeed or the policy gives them up.

A backend says that a worker died, and which evaluation it was at. That evaluation is repeated here,
alone; everything else that was lost with it is repeated too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from evosweep.backends.protocol import Lost, Result
from evosweep.errors import RunError
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.dispatcher import Dispatcher, Make
from evosweep.evaluation.failure import FailureReason

_BARREN_ROUNDS = 10
"""So many rounds in a row may lose workers without finishing an evaluation."""


@dataclass
class Recovery:
    """Evaluates every item of a batch, even when workers die."""

    dispatcher: Dispatcher
    losses: Losses

    def run(
        self, batch: int, items: Sequence[int], make: Make[Result]
    ) -> Iterator[tuple[Sequence[int], Result | FailureReason]]:
        """Yield the items of each chunk with its result, or one given-up item with the reason.

        Raises `RunError` if workers keep dying and no evaluation can be blamed.
        """
        batch_left = _Left(batch, list(items))
        yield from self._give_up(batch_left)
        yield from self._try_suspects(batch_left, make)
        while batch_left.items:
            before = len(batch_left.items)
            yield from self._round(batch_left, batch_left.items, make)
            yield from self._try_suspects(batch_left, make)
            batch_left.note_progress(before)

    def _round(
        self, left: "_Left", items: Sequence[int], make: Make[Result]
    ) -> Iterator[tuple[Sequence[int], Result | FailureReason]]:
        lost: list[int] = []
        finished: set[int] = set()
        for chunk, outcome in self.dispatcher.run(items, make):
            if isinstance(outcome, Lost):
                lost += self._lose(left.batch, chunk.indices, outcome)
            else:
                finished.update(chunk.indices)
                yield chunk.indices, outcome
        left.items = [index for index in left.items if index not in finished]
        if lost:
            yield from self._give_up(left)

    def _lose(self, batch: int, indices: Sequence[int], loss: Lost) -> Sequence[int]:
        """Record a strike for the evaluation at which a worker died; returns items to repeat."""
        if loss.index is not None:
            self.losses.add(batch, loss)
            self.dispatcher.workers_only = not self.dispatcher.backend.local
        return indices

    def _give_up(self, left: "_Left") -> Iterator[tuple[Sequence[int], FailureReason]]:
        """The items whose losses used up what the policy allows."""
        for index in self.losses.given_up(left.batch, left.items) if self.losses else []:
            left.items.remove(index)
            yield [index], self.losses.failure(left.batch, index)

    def _try_suspects(
        self, left: "_Left", make: Make[Result]
    ) -> Iterator[tuple[Sequence[int], Result | FailureReason]]:
        """Tries each item at which a worker died alone, until it is cleared or given up."""
        for index in self.losses.suspects(left.batch, left.items) if self.losses else []:
            while index in left.items:
                yield from self._round(left, [index], make)


@dataclass
class _Left:
    """The items of a batch that are not evaluated yet."""

    batch: int
    items: list[int] = field(default_factory=list)
    barren: int = 0

    def note_progress(self, before: int) -> None:
        self.barren = self.barren + 1 if len(self.items) == before else 0
        if self.barren == _BARREN_ROUNDS:
            raise RunError(
                f"batch {self.batch}: workers were lost {self.barren} times in a row without one "
                "evaluation between; look for what kills them (memory, a limit of the system)"
            )
