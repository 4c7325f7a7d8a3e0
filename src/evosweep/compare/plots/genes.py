"""Draw the values of each gene in the final populations."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.plots.canvas import Plot, canvas, drawn, put_title, unit_of
from evosweep.compare.plots.styles import COLOURS

Floats = NDArray[np.float64]


def plot_genes(name: str, problem: str, algorithm: str, quantiles: Mapping[str, Floats]) -> Plot:
    """Draw median, quartiles and range of each gene over an algorithm's final populations."""
    genes = np.arange(len(quantiles["median"]))
    edges = np.arange(len(genes) + 1) - 0.5
    unit = unit_of(np.concatenate(list(quantiles.values())))
    steps = {part: np.append(values, values[-1]) / unit for part, values in quantiles.items()}
    with canvas(name, height=3.2) as figure:
        axes = figure.add_subplot()
        axes.fill_between(
            edges, steps["least"], steps["greatest"], color=COLOURS[5], alpha=0.35,
            label="range", step="post", linewidth=0,
        )  # fmt: skip
        axes.fill_between(
            edges, steps["q1"], steps["q3"], color=COLOURS[0], alpha=0.5,
            label="quartiles", step="post", linewidth=0,
        )  # fmt: skip
        axes.plot(edges, steps["median"], color="black", drawstyle="steps-post", label="median")
        axes.set_xlabel("gene")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel("value" if unit == 1 else f"value / {unit:g}")
        put_title(figure, f"{problem}: genes at the end")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        picture = drawn(figure)
    rows: list[Row] = [
        {"gene": int(gene), **{part: float(values[gene]) for part, values in quantiles.items()}}
        for gene in genes
    ]
    columns = (Column("gene", "gene"), *(Column(part, part) for part in quantiles))
    fixed = int((quantiles["least"] == quantiles["greatest"]).sum())
    return Plot(
        name,
        f"Genes: {problem}",
        f"Range, quartiles and median of {len(genes)} genes on {problem}, {algorithm}; "
        f"{fixed} of them have one value everywhere.",
        picture,
        data=Table(name, f"Genes on {problem}", columns, rows),
        caption=f"All individuals of all final populations of {algorithm}.",
        problem=problem,
    )
