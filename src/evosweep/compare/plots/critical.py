"""Draw the critical difference diagram: mean ranks, and bars over algorithms without difference."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from evosweep.compare.extra import need
from evosweep.compare.numbers.rank_tables import ranks_table
from evosweep.compare.numbers.ranking import Ranking
from evosweep.compare.plots.canvas import Plot, canvas, drawn
from evosweep.compare.plots.styles import Styles


def plot_critical_difference(ranking: Ranking, alpha: float, styles: Styles) -> Plot | None:
    """Return the diagram of Demsar (2006, figure 1), or None if there was no post-hoc test."""
    if ranking.posthoc is None:
        return None
    pandas, posthocs = need("pandas"), need("scikit_posthocs")
    names = [_short(name) for name in ranking.names]
    ranks = dict(zip(names, ranking.ranks, strict=True))
    p_values = pandas.DataFrame(ranking.posthoc, index=names, columns=names)
    name = "critical-difference" + ("-several" if ranking.kind == "several" else "")
    with canvas(name, height=1.6 + 0.28 * len(names), width=6.4) as figure:
        axes = figure.add_subplot()
        axes.grid(visible=False)
        look = _look(ranking.names, styles)
        posthocs.critical_difference_diagram(
            ranks, p_values, alpha=alpha, ax=axes, text_h_margin=0.02, **look
        )
        for label in axes.texts:  # the lines have the colours, which letters are too thin for
            label.set_color("black")
        picture = drawn(figure)
    order = np.argsort(ranking.ranks, kind="stable")
    listed = "; ".join(f"{ranking.names[i]} {ranking.ranks[i]:.3g}" for i in order)
    caption = f"1 is best; a bar joins algorithms that do not differ ({ranking.posthoc_test})."
    if ranking.posthoc_test == "Nemenyi":
        caption += f" Critical difference: {ranking.critical_difference:.3g}."
    return Plot(
        name,
        "Critical difference diagram",
        f"Mean ranks from best to worst: {listed}.",
        picture,
        data=ranks_table([ranking]),
        caption=caption,
    )


def _look(names: Sequence[str], styles: Styles) -> dict[str, Any]:
    return {
        "label_fmt_left": "{label} ({rank:.2f})\u00a0",
        "label_fmt_right": "\u00a0({rank:.2f}) {label}",
        "color_palette": {_short(name): styles[name].colour for name in names},
        "crossbar_props": {"color": "#D55E00", "linewidth": 3, "marker": None},
        "marker_props": {"color": "black", "s": 18},
    }


def _short(label: str, length: int = 34) -> str:
    return label if len(label) <= length else f"{label[: length - 1]}…"
