"""A check for each kind of sentence that a report has; one that no check knows is an error."""

import math
import re
from collections import Counter

import pytest
from problem_sentences import check_problem, check_rank, listed
from recomputed import ALPHA, Report, median, t_interval

PAID, SAME, LOST = "paid", "made no difference beyond noise", "did not pay"
FEW, SHORT = "has too few runs to tell", "ran too short to tell"


def check_agreement(text: str, report: Report) -> None:
    groups: dict[tuple[str, str, str], set[str]] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for run in report.runs:
        key = run["problem"], run["algorithm"], run["seed"]
        groups.setdefault(key, set()).add(run["digest"])
        counts[key] += 1
    both = [key for key, count in counts.items() if count > 1]
    wrong = [key for key in both if len(groups[key]) > 1]
    assert text.startswith(f"BACKENDS DISAGREE on {len(wrong)} of {len(both)} specs")
    assert len(wrong) == 1


def verdicts(report: Report) -> dict[tuple[str, str], tuple[str, tuple[float, float, float]]]:
    """Whether two workers paid, for each configuration, from the times of the runs.

    With the speed-up and its interval.
    """
    wall = {
        (r["problem"], r["algorithm"], r["seed"], r["backend"]): float(r["startup_seconds"])
        + float(r["wall_seconds"])
        for r in report.runs
    }
    work = {
        (r["problem"], r["algorithm"], r["seed"]): float(r["wall_seconds"])
        for r in report.runs
        if r["backend"] == "serial ×1"
    }
    found = {}
    for problem, algorithm in {key[:2] for key in wall}:
        seeds = [k[2] for k in wall if k[:2] == (problem, algorithm) and k[3] == "pool ×2"]
        key = (problem, algorithm)
        ratios = [wall[*key, s, "serial ×1"] / wall[*key, s, "pool ×2"] for s in seeds]
        mean, low, high = t_interval(ratios)
        verdict = SAME
        if low > 1 and mean >= 1.1:
            verdict = PAID
        if high < 1 and mean <= 1 / 1.1:
            verdict = LOST
        verdict = FEW if len(ratios) < 3 else verdict
        short = median([work[*key, s] for s in seeds]) < 1
        found[key] = (SHORT if short else verdict, (mean, low, high))
    return found


def check_efficiency(text: str, report: Report) -> None:
    pattern = r"pool ×2 (.+)\. It breaks even at (.+) an evaluation; here one takes (.+)\."
    found = re.fullmatch(pattern, text)
    assert found, text
    known = verdicts(report)
    untold = {verdict for verdict, _ in known.values()}
    if untold <= {FEW, SHORT}:
        reason = "has too few runs, or too short ones, to tell" if len(untold) > 1 else min(untold)
        assert found[1] == f"{reason} whether it pays"
        known = {}
    order = [tuple(row[k] for k in ("problem", "algorithm")) for row in report.table("efficiency")
             if row["backend"] == "pool ×2"]  # fmt: skip
    parts = []
    for verdict in (PAID, SAME, LOST, FEW, SHORT):
        places = [key for key in order if known and known[key][0] == verdict]
        if places:
            told = _places(
                places, order, [known[k][1] for k in places], verdict in (PAID, SAME, LOST)
            )
            parts.append(f"{verdict} on {told}")
    assert not parts or found[1] == "; it ".join(parts)
    table = [row for row in report.table("efficiency") if row["backend"] == "pool ×2"]
    for told, key in ((found[2], "break_even"), (found[3], "cost")):
        costs = [float(row[key]) * 1e-6 for row in table]
        low, high = told.split(" to ")
        assert seconds(low) == pytest.approx(min(costs), rel=5e-3)
        assert seconds(high) == pytest.approx(max(costs), rel=5e-3)


def seconds(text: str) -> float:
    number, unit = text.split()
    return float(number) * {"s": 1.0, "ms": 1e-3, "µs": 1e-6}[unit]


def _places(
    places: list[tuple[str, ...]],
    every: list[tuple[str, ...]],
    speedups: list[tuple[float, float, float]],
    judged: bool,
) -> str:
    names = []
    for problem in dict.fromkeys(place[0] for place in places):
        own = [place[1] for place in places if place[0] == problem]
        whole = len(own) == sum(place[0] == problem for place in every)
        some = listed(own) if len(own) < 4 else f"{len(own)} algorithms"
        names.append(problem if whole else f"{problem} with {some}")
    means, lows, highs = zip(*speedups, strict=True)
    low, high = (f"{float(f'{pick(means):.2g}'):g}" for pick in (min, max))
    where = ", ".join(names) if len(names) <= 4 else f"{len(places)} of {len(every)} configurations"
    within = ""
    if judged:
        word = "interval" if len(places) == 1 else "intervals within"
        least, most = (f"{float(f'{bound:.2g}'):g}" for bound in (min(lows), max(highs)))
        within = f", 95 % {word} {least} to {most}"
    return f"{where} (speed-up {low if low == high else f'{low} to {high}'}{within})"


def check_advice(text: str, report: Report) -> None:
    found = re.fullmatch(
        r"Too few runs for a test on (\d+) of (\d+) problems: (\d+) seeds per algorithm are "
        r"needed, there are (\d+)\. `seeds: \{count: \3\}` means (\d+) more runs, about "
        r"(\S+ \S+) of work\.",
        text,
    )
    assert found, text
    few = {p for p in report.groups
           if any("too few" in row["outcome"] for row in report.tests(p))}  # fmt: skip
    assert (int(found[1]), int(found[2])) == (len(few), len(report.groups))
    needed = 0
    for problem in few:
        family = sum(row["outcome"] != "not tested: all results are equal"
                     for row in report.tests(problem))  # fmt: skip
        needed = max(needed, next(n for n in range(2, 99)
                                  if 2 / math.comb(2 * n, n) * family <= ALPHA))  # fmt: skip
    assert int(found[3]) == needed
    assert int(found[4]) == min(len(r) for p in few for r in report.groups[p].values())
    more, cost = 0, 0.0
    for problem, algorithms in report.groups.items():
        for name, runs in algorithms.items():
            times: dict[str, list[float]] = {}
            for run in report.runs:
                if (run["problem"], run["algorithm"]) == (problem, name):
                    times.setdefault(run["backend"], []).append(float(run["wall_seconds"]))
            missing = max(0, needed - len(runs))
            more += missing * len(times)
            cost += missing * sum(map(median, times.values()))
    assert int(found[5]) == more
    assert seconds(found[6]) == pytest.approx(cost, rel=5e-3)


def check_set_aside(text: str, report: Report) -> None:
    count = len(report.table("earlier"))
    assert count == 20
    assert text.endswith(f"earlier versions ({count} runs).")


CHECKS = (
    (r"Over problems with ", check_rank),
    (r"(BACKENDS DISAGREE|All backends agree)", check_agreement),
    (r"pool ×2 ", check_efficiency),
    (r"Too few runs", check_advice),
    (r"Compared: ", check_set_aside),
    (r".+: ", check_problem),
)


def check(text: str, report: Report) -> None:
    """Hand a sentence to the check that knows its kind; fails where none does."""
    for pattern, function in CHECKS:
        if re.match(pattern, text):
            function(text, report)
            return
    raise AssertionError(f"no check for: {text}")
