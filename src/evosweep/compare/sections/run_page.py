"""Write the page of one run: its curve, final population, parameters, and command to repeat it."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evosweep.compare.numbers.provenance import parameters_of_run
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.page.html import render
from evosweep.compare.page.section import InMlflow, Page, Section
from evosweep.compare.plots.canvas import Picture, Plot
from evosweep.compare.plots.small import line_chart
from evosweep.compare.plots.styles import COLOURS
from evosweep.compare.read.run import Run
from evosweep.compare.sections.run_population import population_section
from evosweep.errors import Damaged
from evosweep.records.mlflow_page import outcome_id
from evosweep.records.reading import read_receipt
from evosweep.records.tables import read_numbers

MOST_MARKS = 300  # most generations of a curve


@dataclass(frozen=True)
class ShownRun:
    """A run with the report's labels of its parts; it travels to the process that writes the page.

    `receipt` is the address of its record, and `results` that of the results, as seen from the
    page and from where the command is called. `sign` is the address of the sign of `evosweep ui`.
    """

    run: Run
    problem: str
    algorithm: str
    backend: str
    measure: str
    result: float
    receipt: str
    results: str
    experiment: str
    sign: str


def write_run_page(shown: ShownRun) -> str:
    """Return the page as HTML."""
    with np.errstate(invalid="ignore", over="ignore"):
        sections = [
            *_curve(shown),
            *population_section(shown.run),
            _parameters(shown),
            _repeat(shown),
        ]
    return render(
        Page(
            f"Run {shown.run.run_id}",
            f"{shown.problem}, {shown.algorithm}, {shown.backend}, seed {shown.run.seed}.",
            _facts(shown),
            [],
            sections=sections,
            back="../report.html#runs",
        )
    )


def _facts(shown: ShownRun) -> list[str]:
    run = shown.run
    resumed = f", resumed {run.resumed} times" if run.resumed else ""
    grown = f", grown from {run.grown_from}" if run.grown_from else ""
    optimum = run.traits.get("optimum") if run.objectives == 1 else None
    far = "" if optimum is None else f", {show(abs(shown.result - optimum))} from the optimum"
    return [
        f"Result: {shown.measure} {show(shown.result, 6)}{far}.",
        f"{run.evaluations} evaluations in {run.generations} generations; "
        f"{show(run.seconds, 3)} s on {shown.backend}{resumed}{grown}.",
        f"Population digest: {run.digest}.",
    ]


def _curve(shown: ShownRun) -> Iterator[Section]:
    """Yield a plot of the best of each generation and the best so far, if there is a logbook."""
    run = shown.run
    suffix = "" if run.objectives == 1 else "_0"
    try:
        names = ["generation", f"best{suffix}"]
        generations, best = read_numbers(run.folder.logbook, run.logbook_rows, names).values()
    except (Damaged, OSError):
        return
    if not len(best) or not np.isfinite(best).any():
        return
    pick = np.fmax if run.weights[0] > 0 else np.fmin
    so_far = pick.accumulate(best)
    places = np.unique(np.linspace(0, len(best) - 1, MOST_MARKS).round().astype(int))
    measure = "fitness" if run.objectives == 1 else "objective 0"
    svg = line_chart(
        ("generation", measure),
        generations[places],
        {
            "best so far": (so_far[places], COLOURS[0], "none"),
            "best of the generation": (best[places], COLOURS[1], "4 3"),
        },
    )
    data: list[Row] = [
        {"generation": g, "generation_best": b, "best_so_far": s}
        for g, b, s in zip(*(v.tolist() for v in (generations, best, so_far)), strict=True)
    ]
    columns = [Column(key, key) for key in ("generation", "generation_best", "best_so_far")]
    alt = f"Lines over {len(best)} generations; the best so far ends at {show(float(so_far[-1]))}."
    plot = Plot(
        "curve", "Curve", alt, Picture(svg, b""), data=Table("curve", "Curve", columns, data)
    )
    yield Section("curve", "Curve", plots=[plot])


def _parameters(shown: ShownRun) -> Section:
    labels = {"problem": shown.problem, "algorithm": shown.algorithm}
    table = parameters_of_run(shown.run, labels)
    return Section("parameters", "Parameters", tables=[table])


def _repeat(shown: ShownRun) -> Section:
    run = shown.run
    spec = json.dumps(run.spec, sort_keys=True)
    return Section(
        "repeat",
        "Repeat it",
        [
            "The first command repeats the run and compares it to the last bit; the second runs "
            "its spec anew. In MLflow, the filter below finds it.",
        ],
        commands=[
            f"evosweep reproduce {run.run_id} --results {shlex.quote(shown.results)}",
            f"evosweep run --spec {shlex.quote(spec)} --out {run.run_id}",
            f"tags.run_id = '{run.run_id}'",
        ],
        links={"receipt": shown.receipt},
        in_mlflow=_in_mlflow(shown),
    )


def _in_mlflow(shown: ShownRun) -> InMlflow | None:
    folder = shown.run.folder
    try:
        content = read_receipt(folder)
    except (Damaged, OSError):
        return None
    return InMlflow(outcome_id(shown.experiment, folder.path.name, content), shown.sign)
