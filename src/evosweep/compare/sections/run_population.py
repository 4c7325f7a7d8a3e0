"""The final population in the page of a run: a table of the best individuals, and their map."""

from collections.abc import Iterator, Sequence

import numpy as np

from evosweep.compare.numbers.embedding import embed
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.page.section import Section
from evosweep.compare.plots.canvas import Picture, Plot
from evosweep.compare.plots.small import scatter
from evosweep.compare.plots.styles import COLOURS
from evosweep.compare.read.run import Run
from evosweep.errors import Damaged
from evosweep.records.digits import digit_texts
from evosweep.records.tables import Values, read_arrays

MOST_INDIVIDUALS = 100  # most individuals in a page: the best ones
LONGEST_GENOME = 160  # most characters of a genome


def population_section(run: Run) -> Iterator[Section]:
    """Yield a table of the best individuals, and a map of their genomes."""
    names = ["rank", *(f"fitness_{place}" for place in range(run.objectives)), "genome"]
    longest = 64 * (run.genome_length or 0)
    try:
        individuals = read_arrays(run.folder.population, run.population, names, longest)
    except (Damaged, OSError):
        return
    ranks = list(map(_rank, individuals["rank"]))
    chosen = sorted(range(len(ranks)), key=ranks.__getitem__)[:MOST_INDIVIDUALS]
    if not chosen:
        return
    best = {name: _taken(individuals[name], chosen) for name in names}
    rows = _rows(best)
    columns = [Column(name, name.replace("_", " ")) for name in names]
    first = f", the best {len(chosen)} of {len(ranks)}" if len(ranks) > len(chosen) else ""
    table = Table("population", f"Individuals{first}", columns, rows, saved=False)
    plots = [_map(best["genome"], rows, [ranks[place] for place in chosen])]
    yield Section("population", "Final population", tables=[table], plots=plots)


def _rank(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.inf


def _taken(values: Values, places: Sequence[int]) -> Values:
    return values[places] if isinstance(values, np.ndarray) else [values[each] for each in places]


def _rows(columns: dict[str, Values]) -> list[Row]:
    shown = columns | {"genome": _texts(columns["genome"])}
    return [dict(zip(shown, values, strict=True)) for values in zip(*shown.values(), strict=True)]


def _texts(genomes: Values) -> list[str]:
    """Return genomes as text, cut to their most characters."""
    if not isinstance(genomes, np.ndarray):
        return [_cut(_text(genome)) for genome in genomes]
    texts = digit_texts(genomes)
    return list(map(_cut, map(_numbers, genomes.tolist()) if texts is None else texts))


def _text(genome: object) -> str:
    return _numbers(genome) if isinstance(genome, list) else str(genome)


def _numbers(genome: Sequence[object]) -> str:
    """Return the numbers of a genome, or as many as fit: without blanks if each is one digit."""
    parts: list[str] = []
    length, blank = 0, ""
    for gene in genome:
        part = show(gene, 4) if isinstance(gene, float) else str(gene)
        parts.append(part)
        length += len(part) + 1
        blank = blank if len(part) == 1 else " "
        if blank and length > LONGEST_GENOME + 1:
            break
    return blank.join(parts)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_GENOME else f"{text[: LONGEST_GENOME - 1]}…"


def _map(genomes: Values, rows: Sequence[Row], ranks: Sequence[float]) -> Plot:
    points, how = embed(genomes)
    titles = [f"rank {row['rank']}: {row['genome']}" for row in rows]
    colours = [COLOURS[1 if rank == ranks[0] else 0] for rank in ranks]  # the first is the best
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
