"""What a report should say, worked out again from its files: nothing here is evosweep's."""

import csv
import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from scipy import stats

Rows = list[dict[str, str]]
ALPHA = 0.05


def rows(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def same(one: float, other: float) -> bool:
    return one == other or math.isclose(one, other, rel_tol=1e-15)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction, one hypothesis at a time."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    corrected, largest = [0.0] * len(p_values), 0.0
    for done, place in enumerate(order):
        largest = max(largest, min(1.0, p_values[place] * (len(p_values) - done)))
        corrected[place] = largest
    return corrected


def a12(one: Sequence[float], other: Sequence[float]) -> float:
    """How often the first loss is the smaller one, ties half."""
    pairs = list(itertools.product(one, other))
    return sum(1.0 if a < b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)


def word(size: float) -> str:
    distance = abs(size - 0.5)
    names = ((0.21, "large"), (0.14, "medium"), (0.06, "small"))
    return next((name for least, name in names if distance >= least - 1e-12), "negligible")


def p_value(test: str, one: Sequence[float], other: Sequence[float]) -> float:
    """The p of the test that the table names."""
    exact = test.endswith("exact")
    if test.startswith("Mann"):
        method = "exact" if exact else "asymptotic"
        return float(stats.mannwhitneyu(one, other, method=method).pvalue)
    gaps = [a - b for a, b in zip(one, other, strict=True) if a != b]
    method = "exact" if exact else "asymptotic"
    return float(stats.wilcoxon(gaps, method=method, correction=not exact).pvalue)


def ranks(matrix: Sequence[Sequence[float]]) -> list[float]:
    """Mean ranks over the rows, equal values sharing theirs."""
    each = [stats.rankdata(row) for row in matrix]
    return [statistics.fmean(column) for column in zip(*each, strict=True)]


def complete_blocks(problems: Mapping[str, set[str]]) -> Iterator[tuple[set[str], list[str]]]:
    """Every set of two algorithms or more, with the problems on which all of them ran."""
    every = sorted(set().union(*problems.values()))
    for count in range(2, len(every) + 1):
        for chosen in itertools.combinations(every, count):
            yield set(chosen), [name for name, ran in problems.items() if set(chosen) <= ran]


class Report:
    """The files of one report: its tables, and the results of each problem by algorithm."""

    def __init__(self, folder: Path, larger: set[str], optima: Mapping[str, float]) -> None:
        self.folder, self.larger, self.optima = folder, larger, optima

    def table(self, name: str) -> Rows:
        return rows(self.folder / f"{name}.csv")

    @cached_property
    def runs(self) -> Rows:
        return self.table("runs")

    @cached_property
    def groups(self) -> dict[str, dict[str, Rows]]:
        """One run per seed, by problem and algorithm: the one with the fewest workers."""
        found: dict[str, dict[str, dict[str, dict[str, str]]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        for run in sorted(self.runs, key=lambda run: -int(run["backend"][-1])):
            found[run["problem"]][run["algorithm"]][run["seed"]] = run
        return {
            problem: {
                name: [seeds[seed] for seed in sorted(seeds, key=int)]
                for name, seeds in algorithms.items()
            }
            for problem, algorithms in found.items()
        }

    def budget(self, problem: str) -> tuple[int, dict[str, float]]:
        """The largest common budget of a problem, and the median one of each algorithm."""
        counts = {
            name: [int(run["evaluations"]) for run in runs]
            for name, runs in self.groups[problem].items()
        }
        return min(map(min, counts.values())), {name: median(c) for name, c in counts.items()}

    def unequal(self, problem: str) -> bool:
        medians = self.budget(problem)[1].values()
        return max(medians) > 1.05 * min(medians)

    def values(self, problem: str, *, final: bool = False) -> dict[str, list[float]]:
        """What is compared on a problem, by algorithm and seed."""
        key = "result" if final or not self.unequal(problem) else "result_common"
        return {
            name: [float(run[key]) for run in runs] for name, runs in self.groups[problem].items()
        }

    def losses(self, problem: str, *, final: bool = False) -> dict[str, list[float]]:
        sign = -1.0 if problem in self.larger else 1.0
        found = self.values(problem, final=final)
        return {name: [sign * value for value in sample] for name, sample in found.items()}

    def leaders(self, problem: str, *, final: bool = False) -> set[str]:
        medians = {name: median(x) for name, x in self.losses(problem, final=final).items()}
        best = min(medians.values())
        return {name for name, value in medians.items() if same(value, best)}

    def shown(self, problem: str, name: str, *, final: bool = False) -> tuple[str, float]:
        """What a sentence gives of an algorithm: the measure, and the median."""
        sample = self.values(problem, final=final)[name]
        if problem in self.optima:
            far = [abs(value - self.optima[problem]) for value in sample]
            return "distance to the optimum", median(far)
        several = problem in ("gain", "plain-a")
        return "hypervolume" if several else "best fitness", median(sample)

    def tests(self, problem: str, *, final: bool = False) -> Rows:
        """The rows of the table of pairs on which the sentences of a problem rest."""
        common = self.unequal(problem) and not final
        table = self.table("tests_common_budget" if common else "tests")
        return [row for row in table if row["problem"] == problem]

    def beaten(self, problem: str) -> tuple[int, int, int]:
        """Algorithms that every tested leader beats, others in all, and pairs not tested."""
        leaders, tests = self.leaders(problem), self.tests(problem)
        others = set(self.groups[problem]) - leaders
        pairs = [row for row in tests if len({row["a"], row["b"]} & leaders) == 1]
        tested = [row for row in pairs if row["test"] != "none"]
        count = 0
        for name in others:
            own = [row for row in tested if name in (row["a"], row["b"])]
            won = [row for row in own if row["outcome"] in {f"{x} is better" for x in leaders}]
            count += bool(own) and len(own) == len(won)
        return count, len(others), len(pairs) - len(tested)


class Texts(HTMLParser):
    """The sentences of a page: items of the summary, alerts, paragraphs, alternative texts."""

    def __init__(self, report: Path) -> None:
        """Reads the page in the folder of a report."""
        super().__init__()
        self.items: list[str] = []
        self.alerts: list[str] = []
        self.paragraphs: list[tuple[str, str]] = []
        self.pictures: dict[str, str] = {}
        self.strong: list[tuple[str, str]] = []
        self._sections: list[str] = []
        self._place, self._text, self._figure, self._table = "", "", "", ""
        self.feed((report / "report.html").read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {key: value or "" for key, value in attrs}
        if tag == "section":
            self._sections.append(known.get("id", ""))
        elif tag == "figure":
            self._figure = known["id"].removeprefix("plot-")
        elif known.get("role") == "img" and "aria-label" in known:
            self.pictures[self._figure] = known["aria-label"]
        elif tag == "table":
            self._table = known["id"]
        elif tag in ("li", "p", "strong"):
            self._place, self._text = f"{tag} {known.get('class', '')}".strip(), ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._sections.pop()
        if tag not in ("li", "p", "strong") or not self._place.startswith(tag):
            return
        text = " ".join(self._text.split())
        if self._place == "li" and self._sections == ["summary"]:
            self.items.append(text)
        elif self._place == "p alert":
            self.alerts.append(text)
        elif self._place == "p" and self._sections:
            self.paragraphs.append((self._sections[0], text))
        elif self._place == "strong":
            self.strong.append((self._table, text))
        self._place = ""

    def handle_data(self, data: str) -> None:
        self._text += data


def t_interval(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Geometric mean of speed-ups, and Student's 95 % interval on their logarithms."""
    logs = np.log(ratios)
    low, high = stats.t.interval(
        0.95, len(logs) - 1, loc=logs.mean(), scale=stats.sem(logs) or 1e-300
    )
    return float(np.exp(logs.mean())), float(np.exp(low)), float(np.exp(high))
