"""Where the time of a call went, by the files that it left; and a page that keeps tables."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from watched import Cost


def details(config: Path, results: Path, first: Cost, again: Cost) -> Iterator[str]:
    """Yield rows on evosweep's own call: where its time went, memory, and the second call.

    `config` was written just before it.
    """
    receipts = [json.loads(path.read_bytes()) for path in results.glob("runs/*/record.json")]
    inside = sum(receipt["timings"]["total"] for receipt in receipts) / len(receipts)
    yield f"| evolution within a run, mean | {1000 * inside:.1f} ms |"
    for name, seconds in stages(config, results):
        yield f"| {name} | {seconds:.1f} s |"
    yield f"| memory of Snakemake, at most | {first.megabytes:.0f} MB |"
    yield f"| a second call, nothing to do | {again.seconds:.1f} s, {again.cpu:.1f} s of CPU |"


def stages(config: Path, results: Path) -> Iterator[tuple[str, float]]:
    """Yield the seconds of each stage of a call that began when `config` was written."""
    ends = sorted(path.stat().st_mtime for path in results.glob("runs/*/record.json"))
    pages = [(results / name).stat().st_mtime for name in ("comparison/report.html", ".tracked")]
    moments = [config.stat().st_mtime, ends[0], ends[-1], *pages]
    names = ("from the start to the first receipt", "the other runs", "comparison",
             "tracking, what is left of it")  # fmt: skip
    for name, start, end in zip(names, moments[:-1], moments[1:], strict=True):
        yield name, end - start


def keep(page: Path, name: str, lines: Sequence[str]) -> None:
    """Replace what a page has between `<!-- name -->` and `<!-- end of name -->`."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not end:
        sys.exit(f"{page}: has no place for the table <!-- {name} -->")
    body = "\n".join(lines)
    page.write_text(f"{before}<!-- {name} -->\n{body}\n\n{end}{after}", encoding="utf-8")
