"""Count wins: the problems on which one algorithm has a better median than another."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.read.labels import natural

MOST = 16  # most algorithms to compare; of more, those with the most wins


@dataclass
class Duel:
    """Wins, losses and ties of the first of two algorithms, on the problems of both."""

    problems: int = 0
    wins: int = 0
    ties: int = 0
    significant: int = 0


Duels = Mapping[tuple[str, str], Duel]


def contestants(standings: Mapping[str, Standing]) -> list[str]:
    """Return at most `MOST` algorithms, sorted by their share of wins."""
    counts: dict[str, list[int]] = {}
    for standing in standings.values():
        losses = sorted(standing.losses.values())
        for name, loss in standing.losses.items():
            worse = len(losses) - bisect_right(losses, loss)
            equal = len(losses) - worse - bisect_left(losses, loss) - 1
            count = counts.setdefault(name, [0, 0])
            count[0] += 2 * worse + equal
            count[1] += 2 * (len(losses) - 1)
    met = [name for name, (_, all_) in counts.items() if all_]
    order = sorted(met, key=lambda name: (-counts[name][0] / counts[name][1], natural(name)))
    return order[:MOST]


def count_duels(
    standings: Mapping[str, Standing], names: Sequence[str], alpha: float
) -> dict[tuple[str, str], Duel]:
    """Return the duels of all ordered pairs of the named algorithms that share a problem."""
    duels: dict[tuple[str, str], Duel] = {}
    for standing in standings.values():
        losses = {name: standing.losses[name] for name in names if name in standing.losses}
        for one, other in permutations(losses, 2):
            duel = duels.setdefault((one, other), Duel())
            duel.problems += 1
            duel.wins += losses[one] < losses[other]
            duel.ties += losses[one] == losses[other]
        for pair in standing.pairs:
            if set(pair.names) <= losses.keys():
                for one, other in (pair.names, pair.names[::-1]):
                    duels[one, other].significant += pair.favours(one, alpha)
    return duels


def wins_table(duels: Duels, names: Sequence[str]) -> Table:
    """Return a row for each ordered pair of the named algorithms."""
    rows: list[Row] = [
        {"algorithm": one, "other": other, **vars(duels[one, other])}
        for one in names
        for other in names
        if (one, other) in duels
    ]
    columns = (
        Column("algorithm", "algorithm"),
        Column("other", "against"),
        Column("problems", "problems"),
        Column("wins", "wins"),
        Column("ties", "ties"),
        Column("significant", "significant wins"),
    )
    note = "A win is a better median on a problem, at the largest common budget."
    return Table("wins", "Wins, pair by pair", columns, rows, note=note)
