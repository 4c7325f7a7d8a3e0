"""Wins: on how many problems one algorithm has a better median than another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.read.labels import natural

MOST = 16  # algorithms that are set against each other; beyond, those with the most wins


@dataclass
class Duel:
    """What became of two algorithms, as seen from the first; problems that both were run on."""

    problems: int = 0
    wins: int = 0
    ties: int = 0
    significant: int = 0


Duels = Mapping[tuple[str, str], Duel]


def count_duels(standings: Mapping[str, Standing], alpha: float) -> Duels:
    """Every ordered pair of algorithms that share a problem, with its wins."""
    duels: dict[tuple[str, str], Duel] = {}
    for standing in standings.values():
        losses = standing.losses
        for one in losses:
            for other in losses:
                if one != other:
                    duel = duels.setdefault((one, other), Duel())
                    duel.problems += 1
                    duel.wins += losses[one] < losses[other]
                    duel.ties += losses[one] == losses[other]
        for pair in standing.pairs:
            one, other = pair.names
            duels[one, other].significant += pair.favours(one, alpha)
            duels[other, one].significant += pair.favours(other, alpha)
    return duels


def contestants(duels: Duels) -> list[str]:
    """The algorithms, those with the largest share of wins first; at most `MOST`."""
    share: dict[str, list[int]] = {}
    for (one, _), duel in duels.items():
        counts = share.setdefault(one, [0, 0])
        counts[0] += 2 * duel.wins + duel.ties
        counts[1] += 2 * duel.problems
    order = sorted(share, key=lambda name: (-share[name][0] / share[name][1], natural(name)))
    return order[:MOST]


def wins_table(duels: Duels, names: Sequence[str]) -> Table:
    """A row for each ordered pair of the algorithms named."""
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
