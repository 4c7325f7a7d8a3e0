"""Trials of a config's problems and algorithms, each problem in a process of its own.

A trial builds the problem, calls the algorithm and evaluates the first individual. If the user's
code ends its process, hangs or takes all memory, this is reported like any other mistake, and only
that process is lost.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from evosweep.config import grid
from evosweep.config.design import Swept
from evosweep.config.experiment import Experiment
from evosweep.config.spec import RunSpec
from evosweep.errors import one_line, shortened
from evosweep.machine.cpus import available_cpus
from evosweep.processes import kill
from evosweep.supervision import standins, variables
from evosweep.supervision.standins import Row

_LOOKED_AT = 100_000  # combinations to look at, in case the grid is huge
_WITH = " with "


@dataclass
class TrialFindings:
    """Mistakes that trials showed, and notes on what they could not try."""

    mistakes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def try_out(experiment: Experiment, seconds: float) -> TrialFindings:
    """Try each variant of every problem and algorithm of a grid once.

    A problem whose algorithms are all wrong is tried with a built-in algorithm, and an algorithm
    whose problems are all wrong with several built-in problems. So one call shows all mistakes,
    except those that only appear after another one is mended.

    Parameters
    ----------
    experiment
        The grid; it may have only problems, or only algorithms.
    seconds
        The time limit for all trials of a problem. A problem that reaches it gives a note, not a
        mistake.
    """
    findings = TrialFindings()
    chosen = _chosen(experiment)
    most = standins.MOST
    for name, specs in chosen.items():
        if len(specs) > most:
            findings.notes.append(f"problems.{name}: {most} of {len(specs)} variants were tried")
            del specs[most:]
    tried = standins.Tried(experiment, chosen.values())
    for specs, outcome in _outcomes(list(chosen.values()), seconds):
        _conclude(experiment, specs, outcome, findings)
        tried.note(specs, outcome.rows)
    if problems := tried.problems_left():
        for specs, outcome in _outcomes(problems, seconds):
            outcome.rows = [row for row in outcome.rows if row.whose != "algorithm"]
            _conclude(experiment, specs, outcome, findings)
    if algorithms := tried.algorithms_left():
        rows = [outcome.rows for _, outcome in _outcomes(algorithms, seconds)]
        for number, mistake in standins.common_mistakes(rows):
            place = _place(experiment, "algorithm", algorithms[0][number])
            findings.mistakes.append(f"{place.removesuffix(f'{_WITH}None')}: {mistake}")
    findings.mistakes = list(_joined(findings.mistakes))
    return findings


def _outcomes(
    groups: list[list[RunSpec]], seconds: float
) -> Iterator[tuple[list[RunSpec], "_Outcome"]]:
    """Yield each group of specs with the outcome of its trials; groups run in parallel."""
    with ThreadPoolExecutor(max(1, min(available_cpus(), len(groups)))) as pool:
        outcomes = pool.map(lambda specs: _try_all(specs, seconds), groups)
        yield from zip(groups, outcomes, strict=True)


def _joined(mistakes: list[str]) -> Iterator[str]:
    """Yield each mistake once, even if several problems show the same mistake of an algorithm."""
    by_text: dict[tuple[str, str], list[str]] = {}
    for mistake in mistakes:
        place, _, text = mistake.partition(": ")
        place, _, problem = place.partition(_WITH)
        by_text.setdefault((place, text), []).append(problem)
    for (place, text), problems in by_text.items():
        shown = ", ".join(dict.fromkeys(filter(None, problems)))
        yield f"{place}{f'{_WITH}{shown}' if shown else ''}: {text}"


def _chosen(experiment: Experiment) -> dict[str, list[RunSpec]]:
    """Return runs by problem that cover each variant of the problem, and of its algorithms."""
    chosen: dict[str, list[RunSpec]] = {}
    seen: set[tuple[str, ...]] = set()
    for combination in islice(grid.combinations(experiment), _LOOKED_AT):
        problem, algorithm = combination.problem, combination.algorithm
        new = {
            (problem.name, problem.canonical),
            (problem.name, algorithm.name, algorithm.canonical),
        } - seen
        if new:
            seen |= new
            run = combination.run(combination.seeds[0], experiment.import_path)
            chosen.setdefault(problem.name, []).append(run)
    return chosen


@dataclass
class _Outcome:
    """The outcome of the trials of one problem."""

    rows: list[Row]
    """The results of the trials that ended."""
    missing: int | None
    """The first trial that did not end; None if all ended."""
    ended: str
    """Why the process ended before its last trial; empty if all trials ended."""
    in_time: bool = True


def _try_all(specs: list[RunSpec], seconds: float) -> _Outcome:
    text = "".join(f"{json.dumps(spec.to_dict())}\n" for spec in specs)
    with tempfile.TemporaryFile() as answers, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "evosweep.entry.config_trial", str(answers.fileno())],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors,
            pass_fds=[answers.fileno()], env=variables.for_workers(), start_new_session=True,
        )  # fmt: skip
        in_time = True
        try:
            process.communicate(text.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            in_time = False
        finally:
            kill.group(process)
        answers.seek(0)
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - 2000))
        last = errors.read().decode(errors="replace").strip().splitlines()[-1:]
        lines = [json.loads(line) for line in answers.read().splitlines() if line.endswith(b"]")]
        rows = [Row(*line) for line in lines if len(line) > 1]
        missing = len(rows) if len(rows) < len(specs) else None
        return _Outcome(rows, missing, _ending(process.returncode, last), in_time)


def _ending(code: int, last: list[str]) -> str:
    if code == 0:
        return ""
    how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return (
        f"the process that tried it was {how}{': ' if last else ''}{''.join(map(one_line, last))}"
    )


def _conclude(
    experiment: Experiment, specs: list[RunSpec], outcome: _Outcome, findings: TrialFindings
) -> None:
    for row in outcome.rows:
        if row.mistake:
            place = _place(experiment, row.whose, specs[row.number])
            findings.mistakes.append(f"{place}: {row.mistake}")
    if outcome.missing is not None:
        place = _place(experiment, "problem", specs[outcome.missing])
        if not outcome.in_time:
            findings.notes.append(
                f"{place}: its first evaluation takes longer than the time limit; --limit SECONDS "
                "gives it more, --no-build leaves it out"
            )
        else:
            findings.mistakes.append(f"{place}: {outcome.ended or 'its trial was cut short'}")


def _place(experiment: Experiment, kind: str, spec: RunSpec) -> str:
    """Return the label that the grid gives to this variant of a problem or an algorithm."""
    part = getattr(spec, kind)
    swept: Mapping[str, Swept] = getattr(experiment, f"{kind}s")
    params = {key: part.params[key] for key in swept[part.name].swept if key in part.params}
    chosen = (f"{key}={json.dumps(value)}" for key, value in params.items())
    label = shortened(", ".join(chosen))
    where = f"{kind}s.{part.name}{f' ({label})' if label else ''}"
    return f"{where}{_WITH}{spec.problem.name}" if kind == "algorithm" else where
