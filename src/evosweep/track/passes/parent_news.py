"""What the MLflow run of a configuration gets after a pass, from its runs in the index."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from evosweep.track.content.aggregate import Aggregate
from evosweep.track.content.convergence import is_log_worthy
from evosweep.track.content.mlflow_run import FINISHED, Point, Summary
from evosweep.track.passes.index import Parent, Tracked
from evosweep.track.passes.index_damage import fields_of
from evosweep.track.store.protocol import Update

CONVERGENCE = "convergence/"
"""Prefix of a metric with the problem's name, so that MLflow's page has a chart per problem."""
DUE, OLD, WHOLE = "due", "old", "whole"
_FAMILIES = (CONVERGENCE, "best_so_far", "front_hypervolume")
_STATUSES = ("RUNNING", "FINISHED", "FAILED", "KILLED")


@dataclass(frozen=True, slots=True)
class Due:
    """A parent to bring up to date."""

    parent: Parent
    counts: dict[str, int]
    """The number of its runs by status."""
    metric: str
    """The metric for its convergence."""
    has_news: bool = True
    """True if a run has finished since."""


@dataclass(frozen=True, slots=True)
class News:
    """What a parent gets in MLflow, what the index then has, and the turns of its runs."""

    update: Update
    parent: Parent
    turns: list[tuple[int, str]]


def news_of(due: Due, runs: Sequence[Tracked], *, rewrites: bool, follows: bool) -> News:
    """Return the news of a parent with these runs.

    Parameters
    ----------
    rewrites
        True if the store can take metrics back.
    follows
        True if another pass will come soon.
    """
    aggregate, points, turns = new_points(run for run in runs if run.status == FINISHED)
    end = max((run.finished for run in runs), default=0)
    curve = _convergence(due.metric, aggregate, end)
    state, shown = (WHOLE, ()) if rewrites else _on_server(due, curve, follows=follows)
    update = Update(
        due.parent.mlflow_id,
        points=[*points, *shown],
        tags={f"runs_{status.lower()}": str(due.counts.get(status, 0)) for status in _STATUSES},
        families=_FAMILIES if rewrites else (),
        replaced=curve if rewrites else (),
        status=_status(due.counts),
        end=end or None,
    )
    parent = replace(
        due.parent,
        counts=json.dumps(due.counts),
        curve=state,
        result=aggregate.result(),
        metric=due.metric if curve else "",
        logarithmic=is_log_worthy([each.value for each in curve if each.key == due.metric]),
    )
    return News(update, parent, turns)


def _on_server(due: Due, curve: Sequence[Point], *, follows: bool) -> tuple[str, Sequence[Point]]:
    """Return the state of the convergence on a server, and what to add to it now.

    It may be left to a later pass, since a server takes no value back.
    """
    before = due.parent.curve
    if due.has_news and follows:
        return OLD if before in (OLD, WHOLE) else DUE, ()
    return WHOLE, curve if before in ("", DUE) else ()


def _convergence(metric: str, aggregate: Aggregate, end: int) -> list[Point]:
    curves = aggregate.convergence()
    curves[metric] = curves.get("best_so_far_median") or curves.get("front_hypervolume_median", [])
    return [
        Point(key, value, end, step) for key, points in curves.items() for step, value in points
    ]


def _status(counts: dict[str, int]) -> str:
    """Return the status of a configuration by its runs: under way, or done if any run is."""
    return next(status for status in _STATUSES if counts.get(status))


def new_points(
    runs: Iterable[Tracked],
) -> tuple[Aggregate, list[Point], list[tuple[int, str]]]:
    """Return (aggregate, points, turns) of the finished runs of a configuration."""
    aggregate = Aggregate()
    points: list[Point] = []
    turns: list[tuple[int, str]] = []
    for place, run in enumerate(runs, 1):
        try:
            aggregate.add(cast("Summary", fields_of(run.summary)))
        except (KeyError, TypeError, ValueError) as error:
            raise sqlite3.DataError(f"the summary of {run.run_id}: {error!r}") from None
        if run.place is None:
            points += [Point(key, value, run.finished, place) for key, value in aggregate.values()]
            turns.append((place, run.run_id))
    return aggregate, points, turns
