"""Makes the figure of docs/architecture.md from the imports: `python docs/make_architecture.py`.

Rooms are drawn in the layers of `.importlinter`, with the first line of their docstrings. An arrow
is an import; what follows from other arrows is left out (their transitive reduction).
"""

import ast
import configparser
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- made by docs/make_architecture.py -->\n", "<!-- end -->\n"
PACKAGE = "evosweep"
EVERYWHERE = {"errors", "cli", "__main__"}
"""Modules of the top, which the figure does without: the first two are imported by all."""


def layers() -> list[list[str]]:
    """The rooms by layer, the highest first."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    lines = config["importlinter:contract:rooms"]["layers"].split("\n")
    rooms = [
        [name.strip().removeprefix(f"{PACKAGE}.") for name in each.split(":")] for each in lines
    ]
    kept = [[name for name in layer if name and name not in EVERYWHERE] for layer in rooms]
    return [layer for layer in kept if layer]


def imports(rooms: set[str]) -> dict[str, set[str]]:
    """The rooms that each room imports, itself left out."""
    graph = grimp.build_graph(PACKAGE)
    found: dict[str, set[str]] = {room: set() for room in rooms}
    for module in graph.modules:
        room = _room(module)
        if room in rooms:
            found[room] |= {_room(each) for each in graph.find_modules_directly_imported_by(module)}
    return {room: (others & rooms) - {room} for room, others in found.items()}


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def reduced(arrows: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows that do not follow from others."""

    def below(room: str) -> set[str]:
        return set().union(*({other} | below(other) for other in arrows[room]), set())

    return {
        room: {each for each in others if not any(each in below(o) for o in others - {each})}
        for room, others in arrows.items()
    }


def purpose(room: str) -> str:
    """What a room is for: the first line of its docstring."""
    text = (ROOT / "src" / PACKAGE / room / "__init__.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    return docstring.splitlines()[0]


def figure() -> str:
    """The figure and the list of rooms, as Markdown."""
    ordered = layers()
    rooms = {room for layer in ordered for room in layer}
    lines = ["```mermaid", "flowchart TB"]
    for number, layer in enumerate(ordered):
        lines += [f'  subgraph layer{number}[" "]', "    direction LR"]
        lines += [f"    {room}" for room in layer] + ["  end"]
    arrows = reduced(imports(rooms))
    lines += [f"  {room} --> {each}" for room in sorted(arrows) for each in sorted(arrows[room])]
    lines += ["```", "", "| room | what lives there |", "|---|---|"]
    lines += [f"| `{room}/` | {purpose(room)} |" for layer in ordered for room in layer]
    return "\n".join(lines) + "\n"


def with_figure(page: str) -> str:
    """The page with the figure of today's imports."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{figure()}\n{END}{after}"


def main() -> int:
    """Rewrites the page; returns 1 where it was not up to date and `--check` was given."""
    page = PAGE.read_text(encoding="utf-8")
    made = with_figure(page)
    if "--check" in sys.argv:
        return int(made != page)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
