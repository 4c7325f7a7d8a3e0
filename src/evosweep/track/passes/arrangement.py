"""Names, places, colours and ranks of the configurations of an experiment, from their results."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evosweep.track.content.swept import Facts, colours_of, names_of, problem_names
from evosweep.track.passes.index import Parent


def arranged(parents: Mapping[str, Parent], facts: Mapping[str, Facts]) -> Iterator[Parent]:
    """Yield the parents as MLflow should show them: by problem, the best result first."""
    names, colours = names_of(facts), colours_of(facts)
    for place, (parent, rank) in enumerate(_ranked(parents, problem_names(facts)), 1):
        configuration = parent.configuration
        yield replace(
            parent,
            name=names.get(configuration, parent.name),
            place=f"{place:05d}",
            colour=colours.get(configuration, parent.colour),
            rank=rank,
        )


def _ranked(
    parents: Mapping[str, Parent], problems: Mapping[str, str]
) -> Iterator[tuple[Parent, int]]:
    """Yield the parents in order, each with its rank on its problem; 0 without a result."""

    def order(parent: Parent) -> tuple[str, bool, float, str]:
        problem = problems.get(parent.configuration, "")
        return problem, parent.result is None, parent.result or 0.0, parent.configuration

    count, rank = 0, 0
    before: tuple[str, float] | None = None
    for parent in sorted(parents.values(), key=order):
        if parent.result is None:
            yield parent, 0
            continue
        now = problems.get(parent.configuration, ""), parent.result
        count = count + 1 if before is not None and now[0] == before[0] else 1
        rank = rank if now == before else count
        before = now
        yield parent, rank
