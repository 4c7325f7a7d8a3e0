"""The note that MLflow shows above a run: its configuration, its result, and how to repeat it."""

import json
import shlex
from collections.abc import Sequence
from functools import lru_cache

from evosweep.records.record import FailureRecord, Named, PartFields, Record, Spec
from evosweep.track.content.mlflow_run import Summary
from evosweep.track.content.views import VIEWS, page


def of_record(record: Record, summary: Summary) -> str:
    """Return Markdown for a run that finished."""
    spec = record.spec
    rows = {
        "best": _numbers(record.best),
        "evaluations": f"{record.evaluations:,}",
        "generations": f"{record.generations:,}",
        "population": f"{record.population:,}",
        "wall time": f"{summary['seconds']:.2f} s",
        "target reached": {True: "yes", False: "no", None: None}[summary["success"]],
        "population digest": f"`{record.population_digest}`",
    }
    lines = [f"**best {rows['best']}**", "", _headline(spec), "", "| result | |", "|---|---|"]
    lines += [f"| {name} | {text} |" for name, text in rows.items() if text is not None]
    return "\n".join([*lines, "", "Repeat it, to the bit:", "", _command(record)])


def of_failure(failure: FailureRecord) -> str:
    """Return Markdown for a run that failed."""
    lines = [_headline(failure.spec), "", f"**Failed** ({failure.kind}): {failure.error}"]
    if failure.remedy:
        lines += ["", f"What to do: {failure.remedy}"]
    if failure.individual is not None:
        individual = json.dumps(failure.individual)
        lines += ["", f"Individual: `{individual[:1000]}`"]
    if failure.traceback:
        lines += ["", "```", failure.traceback[-4000:], "```"]
    return "\n".join([*lines, "", "Try again:", "", _command(failure)])


def of_unfinished(run: Named, text: str) -> str:
    """Return Markdown for a run that is under way or was stopped."""
    return "\n".join([_headline(run.spec), "", text, "", _command(run)])


def of_configuration(spec: Spec, configuration: str) -> str:
    """Return Markdown for a configuration, the parent of its runs."""
    return "\n".join(
        [
            _part("problem", spec["problem"]),
            _part("algorithm", spec["algorithm"]),
            "",
            "A configuration. Its metrics are aggregates over its runs; a seed counts once, "
            "however many backends ran it. Step *n* of `best_so_far_median`, `_q1` and `_q3` is "
            "generation *n*; step *n* of `best_median` and of the others is the aggregate of the "
            "first *n* runs. A page of MLflow may list ten runs at first (*Load more*); the "
            f"experiment's table has all by the filter `tags.configuration = '{configuration}'`.",
        ]
    )


def of_experiment(experiment_id: str, verdict: Sequence[str], comparison: str) -> str:
    """Return Markdown for the experiment: the verdict, and links to the views and to the report."""
    lines = [f"- {sentence}" for sentence in verdict]
    if comparison:
        report = f"#/experiments/{experiment_id}/runs/{comparison}/artifacts/report.html"
        lines += ["", f"[The report, with tables and plots]({report})"]
    elif not verdict:
        lines += ["Not compared yet: `evosweep compare` says who won and how sure that is."]
    lines += ["", "Views:", ""]
    lines += [f"- [{text}]({page(experiment_id, key)})" for key, text in VIEWS.items()]
    return "\n".join(lines)


def _headline(spec: Spec) -> str:
    backend = spec["backend"]
    workers = backend.get("workers", 1)
    lines = [_part("problem", spec["problem"]), _part("algorithm", spec["algorithm"])]
    lines.append(f"- **seed** {spec['seed']}")
    lines.append(f"- **backend** `{backend['use']}`, {workers} worker{'s' * (workers != 1)}")
    return "\n".join(lines)


def _part(kind: str, part: PartFields) -> str:
    params = ", ".join(
        f"{key}={json.dumps(value)}" for key, value in part.get("params", {}).items()
    )
    name = f"{part['name']} = " if part.get("name") and part["name"] != part["use"] else ""
    return f"- **{kind}** {name}`{part['use']}`({_clipped(params)})"


def _clipped(text: str) -> str:
    return text if len(text) <= 500 else text[:499] + "…"


def _numbers(best: object) -> str:
    values = best if isinstance(best, tuple) else [best]
    return ", ".join(
        f"{value:.10g}" if isinstance(value, float) else str(value) for value in values
    )


def _command(record: Named) -> str:
    """Return the commands in short lines, since MLflow's page cuts long lines off."""
    spec = _lines(record.spec)
    run = shlex.join(["evosweep", "run", "--spec", spec, "--out", f"repeat/{record.run_id}"])
    lines = ["```", f"evosweep reproduce {record.run_id}"]
    return "\n".join([*lines, *([run] if len(run) < 3000 else []), "```"])


def _lines(spec: Spec) -> str:
    """Return a spec as JSON in lines, with sorted keys."""
    items = sorted(spec.items())
    parts = (f"{json.dumps(key)}: {_part_lines(json.dumps(part))}" for key, part in items)
    return "{\n " + ",\n ".join(parts) + "\n}"


@lru_cache(4096)  # the runs of an experiment have the same
def _part_lines(part: str) -> str:
    lines = json.dumps(json.loads(part), sort_keys=True, indent=1)
    return lines.replace("\n", "\n ")
