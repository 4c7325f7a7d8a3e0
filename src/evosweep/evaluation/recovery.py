"""Repeat evaluations whose worker died, until they succeed or the policy gives them up.

A backend reports that a worker died, and during which evaluation. This evaluation is repeated
alone; all other lost evaluations are repeated too. If a backend cannot name the evaluation, chunks
that were lost twice are halved again and again, one chunk at a time, until the culprit is found.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from evosweep.backends.protocol import Lost, Result
from evosweep.errors import RunError
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.dispatcher import Dispatcher, Make
from evosweep.evaluation.failure import FailureReason

_VAGUE = 2
"""After this many losses without a culprit, all evaluations of the chunk are suspects."""
_BARREN_ROUNDS = 10
"""Most rounds in a row that lose workers without finishing an evaluation."""


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
        lost: list[Sequence[int]] = []
        finished: set[int] = set()
        for chunk, outcome in self.dispatcher.run(items, make):
            if isinstance(outcome, Lost):
                lost.append(chunk.indices)
                self._lose(left, chunk.indices, outcome)
            else:
                finished.update(chunk.indices)
                yield chunk.indices, outcome
        left.drop(finished)
        if lost:
            yield from self._give_up(left)
            yield from self._search(left, lost, make)

    def _search(
        self, left: "_Left", lost: Sequence[Sequence[int]], make: Make[Result]
    ) -> Iterator[tuple[Sequence[int], Result | FailureReason]]:
        """Find evaluations that kill workers by halving chunks, if a backend cannot name them."""
        queue = [left.suspicious(indices) for indices in lost]
        while queue:
            part = queue.pop(0)
            for chunk, outcome in self.dispatcher.together(part, make) if part else ():
                if not isinstance(outcome, Lost):
                    left.drop(part)
                    yield chunk.indices, outcome
                    continue
                self._lose(left, part, outcome)
                middle = len(part) // 2
                if outcome.index is None and middle:
                    queue[:0] = [part[:middle], part[middle:]]
        yield from self._give_up(left)

    def _lose(self, left: "_Left", indices: Sequence[int], loss: Lost) -> None:
        """Record a strike for the evaluation during which a worker died, if it is known."""
        if loss.reason == "unknown" and len(indices) == 1:
            loss = replace(loss, index=indices[0], reason="worker")
        if loss.index is not None:
            self.losses.add(left.batch, loss)
        elif loss.reason == "unknown":
            left.vague.update(indices)
        else:
            return
        self.dispatcher.workers_only = not self.dispatcher.backend.local

    def _give_up(self, left: "_Left") -> Iterator[tuple[Sequence[int], FailureReason]]:
        """Yield the items with more losses than the policy allows."""
        for index in self.losses.given_up(left.batch, left.items) if self.losses else []:
            left.items.remove(index)
            yield [index], self.losses.failure(left.batch, index)

    def _try_suspects(
        self, left: "_Left", make: Make[Result]
    ) -> Iterator[tuple[Sequence[int], Result | FailureReason]]:
        """Evaluate each suspect alone, until it is cleared or given up."""
        for index in self.losses.suspects(left.batch, left.items) if self.losses else []:
            while index in left.items:
                yield from self._round(left, [index], make)


@dataclass
class _Left:
    """The items of a batch that are not evaluated yet."""

    batch: int
    items: list[int] = field(default_factory=list)
    barren: int = 0
    vague: Counter[int] = field(default_factory=Counter)
    """The number of losses of each item without a culprit."""

    def drop(self, finished: Collection[int]) -> None:
        """Remove evaluated items."""
        done = set(finished)
        self.items = [index for index in self.items if index not in done]

    def suspicious(self, indices: Sequence[int]) -> list[int]:
        """Return the items that are suspects, since they were lost without a culprit too often."""
        return [index for index in indices if self.vague[index] >= _VAGUE]

    def note_progress(self, before: int) -> None:
        self.barren = self.barren + 1 if len(self.items) == before else 0
        if self.barren == _BARREN_ROUNDS:
            raise RunError(
                f"batch {self.batch}: workers were lost {self.barren} times in a row without one "
                "evaluation between; look for what kills them (memory, a limit of the system)"
            )
