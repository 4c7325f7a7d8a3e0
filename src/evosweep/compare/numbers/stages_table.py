"""How many seeds each comparison took, where they came in stages, and what that saved."""

from collections.abc import Mapping, Sequence

from evosweep.compare.numbers.closed import is_closed
from evosweep.compare.numbers.look import Look
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study

ENOUGH, MOST, GOING_ON = "enough", "the most", "under way"
COLUMNS = (
    Column("problem", "problem", link="problem_link"),
    Column("algorithms", "algorithms"),
    Column("seeds", "seeds"),
    Column("at_most", "at most"),
    Column("look", "look"),
    Column("outcome", "outcome"),
    Column("pairs", "pairs"),
    Column("closed", "pairs with enough"),
    Column("level", "level of a test", digits=3),
    Column("level_holm", "level of the clearest pair", digits=3),
    Column("runs", "runs"),
    Column("saved", "runs saved"),
)


def stages_table(study: Study, standings: Mapping[str, Standing], alpha: float) -> Table:
    """Return a row for each problem: its last look, and the runs that it did not need."""
    rows = [
        _row(study, standing, standing.look, alpha)
        for standing in standings.values()
        if standing.look is not None
    ]
    note = (
        f"Level of a test: at which one test of that look decides, for {alpha:g} over all looks; "
        "the clearest pair's is Holm's first step, for all pairs too. Saved are runs that the most "
        "seeds would have added, on each backend that has every seed."
    )
    return Table("stages", "Seeds in stages", COLUMNS, rows, note=note)


def outcome(standing: Standing, look: Look, alpha: float) -> str:
    """Return what the stages of a problem came to."""
    pairs = standing.pairs if look.number else ()
    if pairs and all(is_closed(pair, look.stages, alpha) for pair in pairs):
        return ENOUGH
    return MOST if look.is_last else GOING_ON


def missing_runs(
    groups: Mapping[str, Sequence[Run]], study: Study, look: Look
) -> list[tuple[int, list[Run]]]:
    """Return how many runs the most seeds would add, with those that exist, by configuration.

    A backend that has not every seed is asked for no more of them.
    """
    seeds, more = look.stages.upto(look.number), len(look.stages) - look.seeds
    missing = []
    for runs in groups.values():
        on_backends: dict[str, list[Run]] = {}
        for run in (each for one in runs for each in study.by_spec[one.spec_id]):
            if run.seed in seeds:
                on_backends.setdefault(run.backend_id, []).append(run)
        missing += [(more, own) for own in on_backends.values() if len(own) == look.seeds]
    return missing


def _row(study: Study, standing: Standing, look: Look, alpha: float) -> Row:
    groups = study.problems[standing.problem]
    ends = outcome(standing, look, alpha)
    missing = missing_runs(groups, study, look) if ends == ENOUGH else []
    return {
        "problem": standing.problem,
        "problem_link": f"#{study.anchor('problem', standing.problem)}",
        "algorithms": len(groups),
        "seeds": look.seeds,
        "at_most": len(look.stages),
        "look": look.number,
        "outcome": ends,
        "pairs": len(standing.pairs),
        "closed": sum(is_closed(pair, look.stages, alpha) for pair in standing.pairs),
        "level": look.level(alpha),
        "level_holm": look.level(alpha / max(1, len(standing.pairs))),
        "runs": sum(len(study.by_spec[run.spec_id]) for runs in groups.values() for run in runs),
        "saved": sum(count for count, _ in missing),
    }
