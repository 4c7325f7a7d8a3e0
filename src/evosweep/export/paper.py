"""Write a checklist of the facts that a paper must state for its experiment to be repeated.

The groups are the concepts of López-Ibáñez, Branke and Paquete: Reproducibility in Evolutionary
Computation, ACM Transactions on Evolutionary Learning and Optimization 1(4), 2021: artifacts (code,
problems, data), factors that are fixed or vary, measurements. The questions in them are those that
receipts can answer, and those that only the authors can: the latter are marked.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evosweep.compare.numbers.methods import sentences_for_paper
from evosweep.compare.numbers.provenance import (
    FACTS,
    direction,
    parameters_table,
    seeds_in_words,
    values_in_words,
)
from evosweep.compare.numbers.table import show
from evosweep.compare.numbers.words import listed, plural
from evosweep.compare.page.files import write_text
from evosweep.compare.page.latex import escaped
from evosweep.compare.read.labels import by_name
from evosweep.compare.read.study import Study
from evosweep.export.written import Written

TO_DO = "TO DO"
CITATION = (
    "M. López-Ibáñez, J. Branke, L. Paquete: Reproducibility in Evolutionary Computation. ACM "
    "Transactions on Evolutionary Learning and Optimization 1(4), article 14, 2021, "
    "doi:10.1145/3466624."
)


@dataclass(frozen=True)
class Item:
    """An item of the checklist: the question and the answer, empty if the authors must answer."""

    group: str
    question: str
    answer: str

    @property
    def open(self) -> bool:
        """True if the authors must answer it."""
        return self.answer.startswith(TO_DO)


def write(study: Study, folder: Path) -> Written:
    """Write `paper.md` and `paper.tex`: the checklist, and sentences for a section on methods."""
    items, sentences = list(checklist(study)), list(methods_section(study))
    write_text(folder / "paper.md", as_markdown(study, items, sentences), inside=folder)
    write_text(folder / "paper.tex", as_latex(study, items, sentences), inside=folder)
    left = sum(item.open for item in items)
    return Written(f"{len(items)} items, {left} of them left to the authors")


def checklist(study: Study) -> Iterator[Item]:
    """Yield the items in the order of the guidelines."""
    for group, questions in _GROUPS.items():
        for question, answer in questions.items():
            yield Item(group, question, answer(study))


def _seeds(study: Study) -> str:
    counts = sorted({len(runs) for runs in study.configurations.values()})
    each = show(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    seeds = seeds_in_words({run.seed for run in study.runs})
    return f"{each} independent runs of each configuration; random seeds {seeds}."


def _generators(_: Study) -> str:
    return (
        "Python's random and numpy.random (MT19937), seeded with the run's seed; evaluations that "
        "draw numbers are seeded by seed, batch and index."
    )


def _budgets(study: Study) -> str:
    parts = []
    for problem, groups in study.problems.items():
        counts = [run.evaluations for runs in groups.values() for run in runs]
        low, high = min(counts), max(counts)
        parts.append(f"{problem} {low}" if low == high else f"{problem} {low} to {high}")
    reasons = sorted({run.stopped for run in study.runs if run.stopped})
    early = f" Some runs were ended by: {', '.join(reasons)}." if reasons else ""
    return f"Evaluations of each run: {'; '.join(parts)}.{early}"


def _parameters(study: Study) -> str:
    rows = parameters_table(study).rows
    lines: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == "algorithm":
            mark = "" if row["origin"] == "config" else " (default)"
            text = f"{row['parameter']} = {show(row['value'])}{mark}"
            lines.setdefault(f"{row['name']} [{row['use']}]", []).append(text)
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in lines.items()) + "."


def _problems(study: Study) -> str:
    parts = []
    for problem, groups in study.problems.items():
        run = next(iter(groups.values()))[0]
        ways = ", ".join(direction(weight) for weight in run.weights)
        parts.append(f"{problem} [{run.problem.get('use')}] ({ways})")
    return "; ".join(parts) + "."


def _measure(study: Study) -> str:
    kinds = {run.objectives > 1 for run in study.runs}
    words = []
    if False in kinds:
        words.append("the best fitness of a run, as its distance to the optimum where it is known")
    if True in kinds:
        words.append("the hypervolume of the final front")
    return f"{' and '.join(words)}; median and quartiles over the runs.".capitalize()


def _hardware(study: Study) -> str:
    keys = ("cpu", "machine", "platform")
    return _facts(study, keys) or f"{TO_DO}: the receipts do not say."


def _software(study: Study) -> str:
    keys = ("evosweep", "python", "deap", "numpy", "image")
    return _facts(study, keys) or f"{TO_DO}: the receipts do not say."


def _facts(study: Study, keys: Sequence[str]) -> str:
    titles = dict(FACTS)
    values = {
        key: values_in_words(getattr(r.circumstances, key) for r in study.runs) for key in keys
    }
    parts = [f"{titles[key]} {value}" for key, value in values.items() if value]
    return f"{'; '.join(parts)}." if parts else ""


def _commit(study: Study) -> str:
    commit = values_in_words(run.circumstances.commit for run in study.runs)
    digests = {run.sources.get(kind, "") for run in study.runs for kind in ("problem", "algorithm")}
    digests_in_words = f"{plural(len(digests - {''}), 'digest')} of source code in the receipts"
    where = f"{TO_DO}: give the repository's permanent address (DOI) and its licence"
    return (
        f"{where}. Commit {commit}; {digests_in_words}."
        if commit
        else f"{where}; {digests_in_words}."
    )


def _data(study: Study) -> str:
    return (
        f"{TO_DO}: deposit the results ({plural(len(study.runs), 'run folder')} with receipts, "
        "final populations and logbooks; `evosweep bundle` or `evosweep export --format rocrate` "
        "makes one file of them) and give the DOI and the licence."
    )


def _repeat(study: Study) -> str:
    specs = {spec: runs for spec, runs in study.by_spec.items() if len(runs) > 1}
    same = sum(len({run.digest for run in runs}) == 1 for runs in specs.values())
    repeat = f"`evosweep reproduce {study.runs[0].run_id}` repeats a run and compares every bit."
    if not specs:
        return f"{repeat} No run was made on more than one backend."
    return f"{repeat} {same} of {len(specs)} runs made on several backends are equal to the bit."


def _failures(study: Study) -> str:
    count = len(study.failures)
    return "Every run finished." if not count else f"{plural(count, 'run')} did not finish."


def _time(study: Study) -> str:
    seconds = [run.seconds for run in study.runs if run.seconds == run.seconds]
    return f"{show(sum(seconds), 3)} s of wall time in all; {plural(len(study.runs), 'run')}."


_GROUPS: dict[str, dict[str, Callable[[Study], str]]] = {
    "Artifacts: code": {
        "Is the source code available, with version and licence?": _commit,
        "Which software, in which versions?": _software,
        "What are the values of all parameters?": _parameters,
    },
    "Artifacts: problems and data": {
        "Which problems and instances, and which way is better?": _problems,
        "Are raw results available?": _data,
    },
    "Factors": {
        "How many independent runs, with which seeds?": _seeds,
        "Which generators of random numbers?": _generators,
        "Which budget, and what ends a run?": _budgets,
        "Which hardware?": _hardware,
    },
    "Measurements": {
        "What is measured of a run, and how is it summarised?": _measure,
        "Which statistical tests?": lambda study: " ".join(sentences_for_paper(study.stages)),
        "How long did it take?": _time,
        "Were runs left out?": _failures,
    },
    "Repeatability": {"How is a result repeated, and was it?": _repeat},
}


def methods_section(study: Study) -> Iterator[str]:
    """Yield the sentences for a section on methods."""
    problems, algorithms = len(study.problems), {key[1] for key in study.configurations}
    names = sorted(algorithms, key=lambda name: by_name([name]))
    shown = f" ({listed(names)})" if len(names) < 8 else ""
    yield (
        f"We compared {plural(len(names), 'algorithm')}{shown} on {plural(problems, 'problem')}. "
        f"{_seeds(study)}"
    )
    yield _budgets(study)
    yield _measure(study)
    yield from sentences_for_paper(study.stages)
    yield f"Experiments were run with evosweep and DEAP. {_software(study)} {_hardware(study)}"


def as_markdown(study: Study, items: Sequence[Item], sentences: Sequence[str]) -> str:
    """Return the list and the sentences as Markdown."""
    lines = [f"# Reproducibility of {_plain(study.name)}", "", f"After {CITATION}", ""]
    for group in dict.fromkeys(item.group for item in items):
        lines += [f"## {group}", ""]
        for item in items:
            if item.group == group:
                box = "[ ]" if item.open else "[x]"
                lines.append(f"- {box} **{item.question}** {_plain(item.answer)}")
        lines.append("")
    return "\n".join([*lines, "## Methods", "", " ".join(map(_plain, sentences)), ""])


def _plain(text: str) -> str:
    """Return a text with Markdown's signs escaped, except in code between backticks."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if place % 2 else re.sub(r"([\\*_\[\]<>#|~])", r"\\\1", part)
        for place, part in enumerate(parts)
    )


def as_latex(study: Study, items: Sequence[Item], sentences: Sequence[str]) -> str:
    """Return the list and the sentences as LaTeX that a paper can include."""
    lines = [
        f"% Reproducibility of {escaped(study.name)}. It needs no package.",
        r"\section*{Reproducibility}",
        f"After {escaped(CITATION)}",
    ]
    for group in dict.fromkeys(item.group for item in items):
        lines += [rf"\paragraph{{{escaped(group)}}}", r"\begin{itemize}"]
        lines += [
            rf"\item \emph{{{escaped(item.question)}}} {_code(item.answer)}"
            for item in items
            if item.group == group
        ]
        lines.append(r"\end{itemize}")
    return "\n".join([*lines, r"\section*{Methods}", *map(_code, sentences), ""])


def _code(text: str) -> str:
    parts = text.split("`")
    return "".join(
        rf"\texttt{{{escaped(part)}}}" if place % 2 else escaped(part)
        for place, part in enumerate(parts)
    )
