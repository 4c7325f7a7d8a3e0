"""Checks of the sentences on problems and on ranks: each is worked out again from the tables."""

import re

from recomputed import ALPHA, Report, complete_blocks, median, ranks, same
from scipy import stats

SEVERAL = {"gain", "plain-a"}  # problems of the grid that have two objectives


def prints(text: str, value: float) -> bool:
    """Whether a text is that value, to the digits that it has."""
    return any(float(f"{value:.{digits}g}") == float(text) for digits in range(2, 18))


def listed(names: list[str]) -> str:
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


LEAD = re.compile(
    r"(?P<problem>.+?): (?:at (?P<budget>\d+) evaluations, the largest common budget, )?"
    r"(?P<leaders>.+?) (?P<verb>has|tie for) the best median \((?P<measure>[a-z ]+) "
    r"(?P<value>\S+)\)(?:; (?P<second>.+?) (?:has|have) (?P<next>\S+))?\.(?P<rest>.*)"
)
SURE = re.compile(
    r" (?:It is|They are) (?P<not>not )?significantly better than "
    r"(?:the other one|(?P<share>none|each|\d+) of (?P<others>\d+) others) "
    r"\(Holm-corrected, level 0\.05(?:; (?P<untested>\d+) pairs? not tested)?\)\."
)
FINAL = re.compile(
    r" With all their evaluations, (?P<low>\S+) to (?P<high>\S+), (?P<leaders>.+?) "
    r"(?P<verb>has|tie for) the best median \((?P<measure>[a-z ]+) (?P<value>\S+)\)\."
)


def check_problem(text: str, report: Report) -> None:
    """A sentence on one problem: leader, ties, values, budget, sureness, final results."""
    if found := re.fullmatch(r"(.+): every run of every algorithm gave (\S+); there .*", text):
        values = {x for sample in report.values(found[1]).values() for x in sample}
        assert len(values) == 1
        assert prints(found[2], values.pop())
        return
    found = LEAD.fullmatch(text)
    assert found, text
    problem = found["problem"]
    budget, _ = report.budget(problem)
    assert (found["budget"] is not None) == report.unequal(problem)
    assert found["budget"] in (None, str(budget))
    _check_leaders(found, report.leaders(problem), report, final=False)
    _check_second(found, report)
    rest = _check_sureness(found["rest"], problem, report)
    if report.unequal(problem):
        _check_final(rest, problem, report)
    else:
        assert not rest


def _check_final(rest: str, problem: str, report: Report) -> None:
    """What follows on the results with all evaluations."""
    leaders = report.leaders(problem, final=True)
    same_again = re.fullmatch(r" So it is with all their evaluations, (\S+) to (\S+)\.", rest)
    assert bool(same_again) == (leaders == report.leaders(problem))
    found = same_again or FINAL.fullmatch(rest)
    assert found, rest
    medians = report.budget(problem)[1].values()
    assert prints(found[1], min(medians))
    assert prints(found[2], max(medians))
    if not same_again:
        _check_leaders(found, leaders, report, problem, final=True)


def _check_leaders(
    found: re.Match[str], leaders: set[str], report: Report, problem: str = "", *, final: bool
) -> None:
    problem = problem or found["problem"]
    assert found["leaders"] == listed(sorted(leaders))
    assert found["verb"] == ("has" if len(leaders) == 1 else "tie for")
    measure, value = report.shown(problem, min(leaders), final=final)
    assert found["measure"] == measure
    assert prints(found["value"], value)


def _check_second(found: re.Match[str], report: Report) -> None:
    problem = found["problem"]
    leaders = report.leaders(problem)
    rest = {n: median(x) for n, x in report.losses(problem).items() if n not in leaders}
    if not rest:
        assert found["second"] is None
        return
    second = sorted(name for name, value in rest.items() if same(value, min(rest.values())))
    assert found["second"] == listed(second)
    value = report.shown(problem, second[0])[1]
    assert prints(found["next"], value)
    assert found["next"] != found["value"]


def _check_sureness(rest: str, problem: str, report: Report) -> str:
    beaten, others, untested = report.beaten(problem)
    if rest.startswith(" Not tested."):
        leaders = report.leaders(problem)
        pairs = [r for r in report.tests(problem) if len({r["a"], r["b"]} & leaders) == 1]
        assert untested == len(pairs) > 0
        return rest.removeprefix(" Not tested.")
    found = SURE.match(rest)
    assert found, rest
    if others == 1:
        assert found["others"] is None
        assert bool(found["not"]) == (beaten == 0)
    else:
        assert found["share"] == {0: "none", others: "each"}.get(beaten, str(beaten))
        assert int(found["others"]) == others
    assert int(found["untested"] or 0) == untested
    return rest[found.end() :]


def check_rank(text: str, report: Report) -> None:
    found = re.match(r"Over problems with (one objective|several objectives), ", text)
    assert found
    several = found[1].startswith("several")
    names, problems, matrix = block(report, several)
    if refused := re.search(r"needs 5 problems or more; there (?:is|are) (\d+)\.$", text):
        assert len(problems) == int(refused[1]) < 5
        return
    pattern = (
        r".*Iman-Davenport: statistic (\S+), p = (\S+), (\d+) problems, (\d+) algorithms\); "
        r"(.+?) (?:has|share) the best mean rank, (\S+)\."
    )
    told = re.fullmatch(pattern, text)
    assert told, text
    assert "differ significantly" in text
    chi = float(stats.friedmanchisquare(*zip(*matrix, strict=True)).statistic)
    count, width = len(matrix), len(names)
    statistic = (count - 1) * chi / (count * (width - 1) - chi)
    assert prints(told[1], statistic)
    p = float(stats.f.sf(statistic, width - 1, (width - 1) * (count - 1)))
    assert prints(told[2], p)
    assert p < ALPHA
    assert (int(told[3]), int(told[4])) == (len(problems), len(names))
    mean = ranks(matrix)
    best = [name for name, rank in zip(names, mean, strict=True) if same(rank, min(mean))]
    assert told[5] == listed(best)
    assert prints(told[6], min(mean))


def block(report: Report, several: bool) -> tuple[list[str], list[str], list[list[float]]]:
    """The largest complete block, by trying every set of algorithms."""
    ran = {p: set(a) for p, a in report.groups.items() if (p in SEVERAL) == several}
    best = max(
        complete_blocks(ran), key=lambda b: (len(b[1]) >= 5, len(b[0]) * len(b[1]), len(b[0]))
    )
    names = sorted(best[0])
    losses = [report.losses(problem) for problem in best[1]]
    return names, best[1], [[median(loss[name]) for name in names] for loss in losses]
