"""Write the page of one run: its curve, final population, parameters, and command to repeat it."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.embedding import embed
from evosweep.compare.numbers.provenance import parameters_of_run
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.page.html import render
from evosweep.compare.page.section import InMlflow, Page, Section
from evosweep.compare.plots.canvas import Picture, Plot
from evosweep.compare.plots.small import line_chart, scatter
from evosweep.compare.plots.styles import COLOURS
from evosweep.compare.read.run import Run
from evosweep.errors import Damaged
from evosweep.records.mlflow_page import outcome_id
from evosweep.records.reading import read_receipt
from evosweep.records.tables import read_columns, read_numbers

Floats = NDArray[np.float64]
MOST_INDIVIDUALS = 100  # most individuals in a page: the best ones
LONGEST_GENOME = 160  # most characters of a genome
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
        sections = [*_curve(shown), *_population(shown), _parameters(shown), _repeat(shown)]
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


def _population(shown: ShownRun) -> Iterator[Section]:
    """Yield a table of the best individuals, and a map of their genomes."""
    run = shown.run
    keys = [f"fitness_{place}" for place in range(run.objectives)]
    longest = 64 * (run.genome_length or 0)
    try:
        individuals = read_columns(
            run.folder.population, run.population, ["genome", "rank", *keys], longest
        )
    except (Damaged, OSError):
        return
    order = sorted(
        range(len(individuals["genome"])), key=lambda place: _rank(individuals["rank"][place])
    )
    chosen = order[:MOST_INDIVIDUALS]
    if not chosen:
        return
    genomes = [individuals["genome"][place] for place in chosen]
    rows = [_individual(individuals, keys, place) for place in chosen]
    columns = [Column("rank", "rank"), *(Column(key, key.replace("_", " ")) for key in keys)]
    columns = [*columns, Column("genome", "genome")]
    first = f", the best {len(chosen)} of {len(order)}" if len(order) > len(chosen) else ""
    table = Table("population", f"Individuals{first}", columns, rows, saved=False)
    yield Section("population", "Final population", tables=[table], plots=[_map(genomes, rows)])


def _rank(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.inf


def _individual(columns: Mapping[str, Sequence[Any]], keys: Sequence[str], place: int) -> Row:
    values = {key: columns[key][place] for key in keys}
    text = _text(columns["genome"][place])
    return {"rank": columns["rank"][place], **values, "genome": text}


def _text(genome: object) -> str:
    if isinstance(genome, list) and set(map(type, genome)) == {int}:
        text = str(genome)[1:-1]
        genome = text.replace(", ", "" if len(text) == 3 * len(genome) - 2 else " ")
    elif isinstance(genome, list):
        parts = [show(gene, 4) if isinstance(gene, float) else str(gene) for gene in genome]
        short = all(len(part) == 1 for part in parts)
        genome = ("" if short else " ").join(parts)
    text = str(genome)
    return text if len(text) <= LONGEST_GENOME else f"{text[: LONGEST_GENOME - 1]}…"


def _map(genomes: Sequence[Any], rows: Sequence[Row]) -> Plot:
    points, how = embed(genomes)
    titles = [f"rank {row['rank']}: {row['genome']}" for row in rows]
    best = min(_rank(row["rank"]) for row in rows)
    colours = [COLOURS[1 if _rank(row["rank"]) == best else 0] for row in rows]
    svg = scatter(("first axis", "second axis"), points, titles, colours)
    data: list[Row] = [
        {"rank": row["rank"], "x": x, "y": y}
        for row, (x, y) in zip(rows, points.tolist(), strict=True)
    ]
    columns = [Column(key, key) for key in ("rank", "x", "y")]
    return Plot(
        "map",
        "Map",
        f"A point for each of {len(rows)} individuals, by {how} of the genomes.",
        picture=Picture(svg, b""),
        data=Table("map", "Map", columns, data),
        caption=f"Individuals by {how} of their genomes; the best in orange.",
    )


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
