"""Counts the evaluations at which workers died, and decides when one is given up."""

from collections import Counter
from collections.abc import Iterable, Sequence

from evosweep.backends.protocol import Lost
from evosweep.evaluation.failure import FailureReason

_STRIKES = 3

EarlierLosses = Iterable[tuple[int, int, str, int | None]]
"""(batch, index, reason, signal) of each evaluation that killed an earlier process."""


class Losses:
    """Strikes of evaluations during which a process died, or that hung.

    When one process dies, others may die with it, so that a single strike proves nothing. So each
    suspect is evaluated alone. This clears it, or proves that it is the cause.
    """

    def __init__(self, earlier: EarlierLosses, retries: int, timeout: float | None) -> None:
        self._retries, self._timeout = retries, timeout
        self._strikes: Counter[tuple[int, int]] = Counter()
        self._last: dict[tuple[int, int], Lost] = {}
        for batch, index, reason, signal in earlier:
            self.add(batch, Lost(index, reason, signal))

    def __bool__(self) -> bool:
        return bool(self._strikes)

    def add(self, batch: int, loss: Lost) -> None:
        """Add a strike for the individual that `loss` names."""
        assert loss.index is not None
        self._strikes[batch, loss.index] += 1
        self._last[batch, loss.index] = loss

    def suspects(self, batch: int, indices: Iterable[int]) -> list[int]:
        """Return the individuals that have a strike."""
        return [index for index in indices if self._strikes[batch, index]]

    def given_up(self, batch: int, indices: Sequence[int]) -> list[int]:
        """Return the individuals that have as many strikes as the policy allows."""
        return [index for index in self.suspects(batch, indices) if self._is_enough(batch, index)]

    def _is_enough(self, batch: int, index: int) -> bool:
        if self._last[batch, index].reason == "timeout":
            return self._strikes[batch, index] > self._retries
        return self._strikes[batch, index] >= max(_STRIKES, self._retries + 1)

    def failure(self, batch: int, index: int) -> FailureReason:
        """Return the reason for giving an individual up, and a remedy."""
        loss, strikes = self._last[batch, index], self._strikes[batch, index]
        if loss.reason == "timeout":
            return FailureReason(
                index,
                "timeout",
                f"the evaluation took longer than its timeout of {self._timeout:g} s and was "
                "killed",
                "raise the problem's timeout, or give it a failure policy: penalty: [..] or "
                "retry: n",
            )
        return FailureReason(
            index,
            "worker",
            f"its evaluation killed its worker {strikes} times{_likely_cause(loss.signal)}",
            "evaluate it by hand; or give the problem a failure policy: penalty: [..]",
        )


def _likely_cause(signal: int | None) -> str:
    if signal == 9:
        return " by SIGKILL, which most often means that the memory ran out"
    if signal:
        return f" by signal {signal}"
    return (
        ", most often because the memory ran out (SIGKILL), a library crashed or it called os._exit"
    )
