"""Draw the heat map of wins between algorithms."""

from collections.abc import Sequence

import numpy as np

from evosweep.compare.numbers.wins import Duel, Duels, wins_table
from evosweep.compare.plots.canvas import Plot, canvas, drawn, put_title, wrap

INK, PAPER = "#010101", "#fefefe"  # text on cells, whose colours do not follow the theme


def plot_wins(duels: Duels, names: Sequence[str]) -> Plot:
    """Draw each row's wins over each column, as a share of the problems of both."""
    shares = np.array([[_share(duels.get((one, other))) for other in names] for one in names])
    titles = [wrap(name, 24) for name in names]
    lines = sum(title.count("\n") + 1 for title in titles)
    width, height = 2.4 + 0.62 * len(names), 1.7 + 0.3 * max(len(names), lines)
    with canvas("wins", height=height, width=width) as figure:
        axes = figure.add_subplot()
        axes.pcolormesh(np.ma.masked_invalid(shares), cmap="Blues", vmin=0, vmax=1, lw=0)
        for row, one in enumerate(names):
            for column, other in enumerate(names):
                if (one, other) in duels:
                    ink = PAPER if shares[row, column] > 0.55 else INK
                    text = _text(duels[one, other])
                    place = (column + 0.5, row + 0.5)
                    axes.text(*place, text, ha="center", va="center", color=ink, fontsize=9)
        ticks = np.arange(len(names)) + 0.5
        axes.set_yticks(ticks, [f"{place}  {title}" for place, title in enumerate(titles, 1)])
        axes.set_xticks(ticks, range(1, len(names) + 1))
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.tick_params(length=0)
        axes.set_xlabel("against")
        put_title(figure, "Wins: problems with a better median")
        picture = drawn(figure)
    best = names[0]
    won = "; ".join(
        f"{duels[best, other].wins} of {duels[best, other].problems} against {other}"
        for other in names[1:]
        if (best, other) in duels
    )
    return Plot(
        "wins",
        "Wins",
        f"Heat map of wins. {best} wins on {won}.",
        picture,
        data=wins_table(duels, names),
        caption="How often the row has a better median than the column, of the problems that both "
        "were run on; in brackets, how often significantly.",
    )


def _share(duel: Duel | None) -> float:
    return np.nan if duel is None else (duel.wins + duel.ties / 2) / duel.problems


def _text(duel: Duel) -> str:
    significant = f" ({duel.significant})" if duel.wins else ""
    return f"{duel.wins}/{duel.problems}{significant}"
