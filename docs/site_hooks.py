"""What `make docs` does beside MkDocs: pages from elsewhere, links between them, their order.

The files of docs/ are read on the repository's pages too, where `../config/README.md` is a link
that works. Here such a file is a page of the site, or is named without a link.
"""

import json
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "reporting.md",
    "config/README.md": "config.md",
    "docs/howto/results-to-figure.ipynb": "howto/results-to-figure.md",
}
"""By a file of the repository, the page of the site that it becomes."""
LISTING = "README.md"  # docs/README.md lists what the navigation has
_LINK = re.compile(r"(!?)\[((?:[^\]\\]|\\.)*)\]\(([^)\s]+)\)")
_FIGURE = re.compile(r"^```mermaid\n.*?^```$", re.M | re.S)
_FENCE = re.compile(r"^(```|~~~)")


def on_config(config: Any) -> Any:
    """Lists the pages that the navigation has forgotten under its last heading."""
    listed = set(_pages(config["nav"]))
    docs = Path(config["docs_dir"])
    pages = sorted(str(path.relative_to(docs)) for path in docs.rglob("*.md"))
    config["nav"][-1]["Help"] += [page for page in pages if page not in {*listed, LISTING}]
    return config


def _pages(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for item in nav.values() if isinstance(nav, dict) else nav:
            yield from _pages(item)


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages that lie outside docs/, and leaves the listing of the pages out."""
    listing = files.get_file_from_path(LISTING)
    if listing is not None:
        files.remove(listing)
    for source, page in PAGES.items():
        if source.endswith(".ipynb"):
            for place, content in notebook_files(ROOT / source, page).items():
                files.append(File.generated(config, place, content=content))
        elif (ROOT / source).is_file():
            files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def notebook_files(source: Path, page: str) -> dict[str, str | bytes]:
    """A notebook as a page, and the pictures that it shows, by their places in the site."""
    files: dict[str, str | bytes] = {}
    parts: list[str] = []
    for number, cell in enumerate(json.loads(source.read_text(encoding="utf-8"))["cells"]):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(text)
            continue
        parts.append(f"```python\n{text}\n```")
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "image/png" in data:
                picture = f"{page.removesuffix('.md')}-{number}.png"
                files[picture] = b64decode("".join(data["image/png"]))
                parts.append(f"![What the cell above draws]({PurePosixPath(picture).name})")
            elif "text/plain" in data:
                parts.append(f"```text\n{''.join(data['text/plain'])}\n```")
    files[page] = "\n\n".join(parts) + "\n"
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:  # noqa: ARG001
    """The page's text with its links and its figure as the site needs them."""
    sources = {name: source for source, name in PAGES.items()}
    source = PurePosixPath(sources.get(page.file.src_uri, f"docs/{page.file.src_uri}"))
    lines, fenced = [], False
    for line in markdown.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        code = fenced or line.startswith("    ")
        lines.append(line if code else _LINK.sub(lambda m: _link(m, source, page), line))
    return _FIGURE.sub(_rooms, "\n".join(lines))


def _rooms(figure: re.Match[str]) -> str:
    """The figure of the rooms as rows of boxes: Mermaid would be fetched from the network."""
    rows = [re.findall(r"^    (\w+)$", layer, re.M) for layer in figure[0].split("subgraph")[1:]]
    boxes = ["".join(f"<span>{room}</span>" for room in row) for row in rows]
    return "\n".join(['<div class="rooms">', *(f"<div>{row}</div>" for row in boxes), "</div>"])


def _link(match: re.Match[str], source: PurePosixPath, page: Any) -> str:
    picture, text, target = match.groups()
    if ":" in target or target.startswith("#"):
        return match[0]
    path, mark, anchor = target.partition("#")
    wanted = os.path.normpath(source.parent / path)
    if wanted == f"docs/{LISTING}":
        wanted = "README.md"
    place = PAGES.get(wanted) or (wanted[5:] if wanted.startswith("docs/") else None)
    if place is None:
        if not (ROOT / wanted).exists():
            raise SystemExit(f"{source}: the link to {target} leads nowhere")
        return f"{text} (`{wanted}`)" if text.strip("`") != wanted else f"`{wanted}`"
    here = os.path.relpath(place, PurePosixPath(page.file.src_uri).parent)
    return f"{picture}[{text}]({here}{mark}{anchor})"
