"""Makes docs/gallery.md and its plots from real runs: `make gallery`.

    python docs/make_gallery.py [TITLE ...]     these families, whether or not they are old

Only what is old is run: `docs/gallery/made.json` has, for each family, the digest of the names of
its runs (which change with parameters and code), and what they gave. The page's sections are made
of that; what stands above them is kept.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from gallery_entries import ENTRIES, Entry
from gallery_runs import evolve, plot, result_of

DOCS = Path(__file__).parent
PAGE, MADE = DOCS / "gallery.md", DOCS / "gallery" / "made.json"


class Plain(yaml.SafeDumper):
    """Writes a value that occurs twice in full, as people do, and not as an anchor."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def make(one: Entry) -> dict[str, str]:
    """Runs a family, plots it; returns what made.json keeps of it."""
    with tempfile.TemporaryDirectory() as scratch:
        runs = evolve(one.config, Path(scratch))
        result = result_of(one, runs)
        plot(one, runs, DOCS / "gallery" / f"{one.name}.png")
    return {"shown": one.digest(), "result": result}


def known() -> dict[str, dict[str, str]]:
    """What made.json has, by the name of a plot."""
    read: dict[str, dict[str, str]] = {}
    if MADE.exists():
        read = json.loads(MADE.read_text(encoding="utf-8"))
    return {one.name: read[one.name] for one in ENTRIES if one.name in read}


def sections(made: dict[str, dict[str, str]]) -> str:
    """The sections of docs/gallery.md, one for each family."""
    return "\n".join(line for one in ENTRIES for line in _section(one, made[one.name]["result"]))


def _section(one: Entry, result: str) -> Iterator[str]:
    config = yaml.dump(one.config, None, Plain, sort_keys=False, default_flow_style=None, width=120)
    yield from (f"## {one.title}", "", one.text, "", "```yaml", config.rstrip(), "```", "")
    yield from (f"![{one.title}](gallery/{one.name}.png)", "", result, "")


def main() -> int:
    """Runs what is old or named, and writes the page; returns 1 where a family does not do well."""
    made, code = known(), 0
    for one in ENTRIES:
        old = one.name not in made or made[one.name]["shown"] != one.digest()
        if one.title not in sys.argv[1:] and not old:
            continue
        try:
            made[one.name] = make(one)
        except ValueError as error:
            print(error, file=sys.stderr, flush=True)
            code = 1
            continue
        print(one.title, made[one.name]["result"], flush=True)
        MADE.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    if not code:
        head, _, _ = PAGE.read_text(encoding="utf-8").partition("## ")
        PAGE.write_text(head + sections(made), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
