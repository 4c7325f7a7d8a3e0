"""Strikes: which evaluation is suspected, which is given up, and what is said of it."""

import pytest

from evosweep.backends.protocol import Lost
from evosweep.evaluation.blame import Losses


def _losses(*losses: Lost, retries: int = 0, batch: int = 2) -> Losses:
    counted = Losses((), retries, timeout=1.5)
    for loss in losses:
        counted.add(batch, loss)
    return counted


def test_without_a_loss_nobody_is_suspected() -> None:
    losses = _losses()
    assert not losses
    assert losses.suspects(2, range(5)) == []
    assert losses.given_up(2, range(5)) == []


def test_a_suspect_is_one_of_its_batch_alone() -> None:
    losses = _losses(Lost(3), Lost(4))
    assert losses
    assert losses.suspects(2, range(4)) == [3]
    assert losses.suspects(1, range(5)) == []
    assert losses.given_up(2, [3, 4]) == []


@pytest.mark.parametrize(("retries", "enough"), [(0, 3), (2, 3), (3, 4)])
def test_a_worker_may_die_three_times_or_as_often_as_retries_allow(
    retries: int, enough: int
) -> None:
    fewer = _losses(*[Lost(3)] * (enough - 1), Lost(4), retries=retries)
    assert fewer.given_up(2, [3, 4]) == []
    assert _losses(*[Lost(3)] * enough, Lost(4), retries=retries).given_up(2, [3, 4]) == [3]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_timeout_is_no_accident(retries: int) -> None:
    late = Lost(3, "timeout")
    assert _losses(*[late] * retries, retries=retries).given_up(2, [3]) == []
    assert _losses(*[late] * (retries + 1), retries=retries).given_up(2, [3]) == [3]


def test_the_last_loss_decides_how_many_are_enough() -> None:
    assert _losses(Lost(3), Lost(3, "timeout")).given_up(2, [3]) == [3]
    assert _losses(Lost(3, "timeout"), Lost(3)).given_up(2, [3]) == []


def test_the_losses_of_earlier_processes_count() -> None:
    earlier = [(2, 3, "worker", 9)] * 3 + [(2, 4, "timeout", None), (1, 5, "worker", 11)]
    losses = Losses(earlier, 0, timeout=1.5)
    assert losses.suspects(2, range(6)) == [3, 4]
    assert losses.given_up(2, range(6)) == [3, 4]
    assert losses.suspects(1, range(6)) == [5]
    assert "by SIGKILL" in losses.failure(2, 3).error


@pytest.mark.parametrize(
    ("signal", "cause"),
    [
        (9, "its evaluation killed its worker 2 times by SIGKILL, which most often means that"),
        (11, "its evaluation killed its worker 2 times by signal 11"),
        (None, "its evaluation killed its worker 2 times, most often because the memory ran out"),
    ],
)
def test_a_worker_that_died_is_said_to_have_died_of_its_signal(
    signal: int | None, cause: str
) -> None:
    failure = _losses(Lost(3, signal=5), Lost(3, signal=signal)).failure(2, 3)
    assert (failure.index, failure.kind) == (3, "worker")
    assert failure.error.startswith(cause)
    assert "penalty: [..]" in failure.remedy


def test_a_timeout_is_said_to_have_been_one() -> None:
    failure = _losses(Lost(3, "timeout")).failure(2, 3)
    assert (failure.index, failure.kind) == (3, "timeout")
    assert "longer than its timeout of 1.5 s" in failure.error
    assert "raise the problem's timeout" in failure.remedy
