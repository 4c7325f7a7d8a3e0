"""Provenance: machines and software of the runs, the problems and their measures, parameters."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import Column, Row, Table, Value
from evosweep.compare.numbers.words import plural
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study

MOST_NAMED = 5  # most different values of a fact, such as processors; more are counted
FACTS = (
    ("evosweep", "evosweep"),
    ("python", "Python"),
    ("deap", "DEAP"),
    ("numpy", "NumPy"),
    ("platform", "platform"),
    ("machine", "machine"),
    ("cpu", "processor"),
    ("commit", "commit of the study"),
    ("image", "container image"),
)


def provenance_table(study: Study, commands: Mapping[str, str]) -> Table:
    """Return the facts that made the runs, one per row; `commands` repeat everything."""
    rows: list[Row] = [{"fact": fact, "value": value} for fact, value in _facts(study, commands)]
    columns = (Column("fact", "what"), Column("value", "value"))
    note = "From the receipts of the runs that are compared."
    return Table("provenance", "Provenance", columns, rows, note=note)


def _facts(study: Study, commands: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    runs = study.runs
    yield "experiment", study.name
    yield "compared", study.basis or "every run in the results"
    yield "runs", f"{len(runs)}, seeds {seeds_in_words({run.seed for run in runs})}"
    for key, title in FACTS:
        if text := values_in_words(getattr(run.circumstances, key) for run in runs):
            yield title, text
    starts = sorted(filter(None, (run.circumstances.started for run in runs)))
    ends = sorted(filter(None, (run.finished for run in runs)))
    if starts and ends:
        yield "first started, last finished", f"{starts[0]}, {ends[-1]}"
    seconds = sum(run.seconds for run in runs if run.seconds == run.seconds)
    yield "wall time of all runs", f"{seconds:.4g} s"
    yield from commands.items()


def values_in_words(values: Iterable[str]) -> str:
    """Return the values of a fact with the runs of each, if there is more than one."""
    counts = Counter(value for value in values if value)
    if len(counts) < 2:
        return next(iter(counts), "")
    first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMED]
    text = "; ".join(f"{value} ({plural(count, 'run')})" for value, count in first)
    more = len(counts) - len(first)
    return f"{text}; and {more} more" if more else text


def seeds_in_words(seeds: set[int]) -> str:
    """Return the seeds, with neighbours joined: `1 to 5, 9`."""
    parts: list[list[int]] = []
    for seed in sorted(seeds):
        if parts and seed == parts[-1][-1] + 1:
            parts[-1].append(seed)
        else:
            parts.append([seed])
    words = [str(p[0]) if len(p) == 1 else f"{p[0]} to {p[-1]}" for p in parts[:MOST_NAMED]]
    more = len(parts) - MOST_NAMED
    return ", ".join(words) + (f" and {plural(more, 'more group')}" if more > 0 else "")


PROBLEM_COLUMNS = (
    Column("problem", "problem", link="problem_link"),
    Column("use", "function"),
    Column("direction", "direction"),
    Column("measure", "result of a run"),
    Column("optimum", "optimum"),
    Column("target", "target"),
    Column("genes", "genes"),
    Column("budget_least", "budget, least", "evaluations"),
    Column("budget_most", "budget, most", "evaluations"),
    Column("common_budget", "largest common budget", "evaluations"),
)


def problems_table(study: Study, standings: Mapping[str, Standing]) -> Table:
    """Return a row on each problem: direction, known facts, and the budgets of its runs."""
    rows = [_problem(study, standing) for standing in standings.values()]
    note = "Budgets are the medians of the algorithms with the least and the most evaluations."
    return Table("problems", "Problems", PROBLEM_COLUMNS, rows, note=note)


def _problem(study: Study, standing: Standing) -> Row:
    run = next(iter(study.problems[standing.problem].values()))[0]
    single = run.objectives == 1
    budgets = standing.budget.medians.values()
    return {
        "problem": standing.problem,
        "problem_link": f"#{study.anchor('problem', standing.problem)}",
        "use": str(run.problem.get("use")),
        "direction": ", ".join(direction(weight) for weight in run.weights),
        "measure": standing.quality.measure,
        "optimum": run.traits.get("optimum") if single else None,
        "target": run.traits.get("target") if single else None,
        "genes": run.genome_length,
        "budget_least": min(budgets),
        "budget_most": max(budgets),
        "common_budget": standing.budget.common,
    }


def direction(weight: float) -> str:
    """Return `maximise` or `minimise`, by the sign of the weight."""
    return "maximise" if weight > 0 else "minimise"


def parameters_table(study: Study) -> Table:
    """Return all parameters of all problems and algorithms, with given and default values."""
    rows: list[Row] = []
    for kind, labels, examples in (
        ("problem", study.problem_labels, _examples(study.runs, "problem_id")),
        ("algorithm", study.algorithm_labels, _examples(study.runs, "algorithm_id")),
    ):
        for text, label in sorted(labels.items(), key=lambda item: item[1]):
            rows += _parameters(kind, label, examples[text])
    columns = (
        Column("kind", "kind"),
        Column("name", "name"),
        Column("use", "function"),
        Column("parameter", "parameter"),
        Column("value", "value"),
        Column("origin", "from"),
    )
    note = (
        "Defaults are those of evosweep's own functions; what a function of yours leaves to its "
        "defaults is in its source."
    )
    return Table("parameters", "Parameters", columns, rows, note=note)


def parameters_of_run(run: Run, labels: Mapping[str, str]) -> Table:
    """Return the parameters of one run; `labels` name its problem and its algorithm."""
    rows = [row for kind, label in labels.items() for row in _parameters(kind, label, run)]
    columns = [Column(key, key) for key in ("kind", "name", "parameter", "value")]
    columns.append(Column("origin", "from"))
    return Table("parameters", "Parameters", columns, rows, saved=False)


def _examples(runs: Sequence[Run], key: str) -> dict[str, Run]:
    return {getattr(run, key): run for run in runs}


def _parameters(kind: str, label: str, run: Run) -> Iterable[Row]:
    part: Mapping[str, Any] = run.problem if kind == "problem" else run.algorithm
    use, given = str(part.get("use")), part.get("params") or {}
    left = defaults(kind, use, given)
    values = {**given, **left}
    for name in sorted(values):
        yield {
            "kind": kind,
            "name": label,
            "use": use,
            "parameter": name,
            "value": _plain(values[name]),
            "origin": "default" if name in left else "config",
        }


def defaults(kind: str, use: str, given: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters of a built-in function that a config leaves to their defaults."""
    return {name: value for name, value in _in_source(kind, use).items() if name not in given}


@cache
def _in_source(kind: str, use: str) -> Mapping[str, object]:
    """Return the defaults of a built-in function, {} for others."""
    from evosweep.errors import EvosweepError
    from evosweep.plugins.builtins import ALGORITHMS, PROBLEMS
    from evosweep.plugins.signatures import literal_defaults

    if use not in (PROBLEMS if kind == "problem" else ALGORITHMS):
        return {}
    try:
        return literal_defaults(kind, use, "")
    except (EvosweepError, OSError):
        return {}


def _plain(value: object) -> Value:
    if value is None or isinstance(value, bool | int | float | str):
        return "none" if value is None else value
    return json.dumps(value, sort_keys=True, default=str)
