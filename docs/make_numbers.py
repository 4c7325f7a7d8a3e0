"""Makes the small tables of the README from the tables of these pages: after `make proof`,
`make bench-peers` or `make bench-grid`. A test holds their numbers equal.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from shown import cells

README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"(<!-- numbers -->\n).*?(<!-- end of numbers -->)", re.DOTALL)
_LAWS = {"onemax": "OneMax", "leading_ones": "LeadingOnes"}
_PEERS = ("evosweep", "DEAP", "pymoo", "pygmo")


def main() -> None:
    """Write the tables into the README."""
    README.write_text(with_numbers(README.read_text(encoding="utf-8")), encoding="utf-8")


def with_numbers(text: str) -> str:
    """Return the README with today's numbers."""
    tables = "\n\n".join("\n".join(table) for table in (proof(), peers(), grid()))
    return _BLOCK.sub(lambda found: f"{found[1]}{tables}\n\n{found[2]}", text)


def proof() -> Iterator[str]:
    """Yield what theory and literature say, and what evosweep's runs give."""
    yield "| [known numbers](docs/proof.md) | known | evosweep |"
    yield "|---|---:|---:|"
    for problem, bits, backend, runs, mean, ours, *_ in cells("docs/proof.md", "problem"):
        if backend == "serial" and bits in ("64", "100"):
            what = f"{_LAWS[problem]}, {bits} bits, (1+1) EA: mean evaluations of {runs} runs"
            yield f"| {what} | {mean} | {ours} |"
    for function, entry, evaluations, name, _, ours, *_ in cells("docs/proof.md", "function"):
        if name in ("cma", "one-plus-one-cma"):
            yield f"| BBOB {function}, {entry}: evaluations until 1e-8 | {evaluations} | {ours} |"
    fronts = {row[0]: row for row in cells("docs/proof.md", "program")}
    ours, theirs = fronts["evosweep"][2], fronts["pymoo"][2]
    yield f"| NSGA-II on ZDT1, median hypervolume; pymoo's | {theirs} | {ours} |"


def peers() -> Iterator[str]:
    """Yield the CPU seconds of the same work in other libraries."""
    where = "docs/speed.md#beside-other-libraries"
    yield f"| [CPU seconds of the same work]({where}) | {' | '.join(_PEERS)} |"
    yield f"|---|{'---:|' * len(_PEERS)}"
    seconds: dict[str, dict[str, str]] = {}
    for work, program, took, *_ in cells("docs/speed.md", "work"):
        seconds.setdefault(work, {})[program.partition(" ")[0]] = took
    for work, took in seconds.items():
        yield f"| {work} | {' | '.join(took.get(peer, '') for peer in _PEERS)} |"


def grid() -> Iterator[str]:
    """Yield what a grid takes from end to end."""
    rows = cells("docs/speed.md", "a grid from end to end")
    where = "docs/speed.md#a-grid-from-end-to-end"
    yield f"| [a grid of small runs, from end to end]({where}) | runs | CPU, ms a run |"
    yield "|---|---:|---:|"
    yield from (f"| {name} | {runs} | {cpu} |" for name, runs, cpu, *_ in rows)


if __name__ == "__main__":
    main()
