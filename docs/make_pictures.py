"""Makes the pictures of the README and of these pages from real runs: `make pictures`.

    python docs/make_pictures.py [FOLDER]      results that are there already, below FOLDER/results

`config/tour.yaml` and `config/experiment.yaml` are run where their results are not there.
`docs/images/made.json` has a digest of what each picture shows; a test compares it with today's.
"""

import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
MADE = IMAGES / "made.json"
BIN = Path(sys.executable).parent
TOUR, FIRST = "config/tour.yaml", "config/experiment.yaml"

SHOWN: dict[str, tuple[str, ...]] = {
    "tour.png": (TOUR,),
    "speed.svg": ("docs/speed.md",),
    "sweep.svg": (FIRST,),
    "report.png": (FIRST,),
    "report-problem.png": (FIRST,),
}
"""The files whose content each picture shows."""

OF_TESTS = {
    "mlflow-runs.png",
    "mlflow-run.png",
    "mlflow-convergence.png",
    "mlflow-population.png",
    "mlflow-comparison.png",
    "mlflow-view-convergence.png",
}
"""Pictures of MLflow, which tests/tracking/test_mlflow_ui.py takes of runs that it makes."""


def digest(picture: str) -> str:
    """What a picture shows, in 16 digits: settings and figures, not remarks beside them."""
    texts = []
    for name in SHOWN[picture]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        kept = rows(lines) if name.endswith(".md") else (x.partition("# ")[0] for x in lines)
        texts += [line.rstrip() for line in kept if line.strip()]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def rows(lines: list[str]) -> Iterator[str]:
    """The lines of a page's tables."""
    yield from (line for line in lines if line.startswith("|"))


def cells(page: str, first: str) -> list[list[str]]:
    """The rows of the table in a page whose heading begins with `first`."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def main() -> int:
    """Makes every picture; returns 0."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    for config in (TOUR, FIRST):
        sweep(folder, config)
    speed(IMAGES / "speed.svg")
    terminal(folder / "results" / "quickstart", IMAGES / "sweep.svg")
    tour(folder / "results" / "tour" / "comparison" / "plots", IMAGES / "tour.png")
    screenshots(folder)
    MADE.write_text(json.dumps({name: digest(name) for name in SHOWN}, indent=2) + "\n")
    return 0


def sweep(folder: Path, config: str) -> None:
    """The runs of a config, where they are not there."""
    command = [BIN / "evosweep", "sweep", ROOT / config]
    subprocess.run(command, cwd=folder, check=True)


def speed(path: Path) -> None:
    """Bars: how many times faster than DEAP, with DEAP's own population; pymoo beside it."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams |= {"svg.hashsalt": "evosweep", "font.size": 10, "svg.fonttype": "path"}
    same = [(row[0], float(row[3])) for row in cells("docs/speed.md", "run")]
    same = sorted(same, key=lambda pair: pair[1])
    peers = [row for row in cells("docs/speed.md", "work") if row[1].startswith("pymoo")]
    ours = {r[0]: float(r[2]) for r in cells("docs/speed.md", "work") if r[1] == "DEAP 1.4"}
    beside = [(f"{row[0]} (pymoo)", ours[row[0]] / float(row[2])) for row in peers]
    figure = Figure(figsize=(8.6, 4.4), layout="constrained")
    axes = figure.add_subplot()
    names = [name for name, _ in (*beside, *same)]
    values = [value for _, value in (*beside, *same)]
    colours = ["#999999"] * len(beside) + ["#0072B2"] * len(same)
    bars = axes.barh(names, values, color=colours)
    axes.bar_label(bars, [f"{value:.3g} x" for value in values], padding=3)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(0.5, max(values) * 2)
    axes.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    axes.minorticks_off()
    axes.set_xlabel("times faster than stock DEAP (processor time); blue: DEAP's own population")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


def terminal(results: Path, path: Path) -> None:
    """The block that `evosweep sweep` draws, of the finished runs."""
    from rich.console import Console

    from evosweep.inventory.progress import Observer
    from evosweep.workflow.status_block import block

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=96, file=nowhere)
        console.print("$ evosweep sweep config/experiment.yaml", style="bold")
        console.print(block(Observer(results).look()))
    text = console.export_svg(title="evosweep sweep", unique_id="sweep")
    # rich names a font on the network; the viewer's own does.
    text = re.sub(r"@font-face \{.*?\}\s*", "", text, flags=re.DOTALL)
    path.write_text(text.replace("Fira Code", "DejaVu Sans Mono"), encoding="utf-8")


PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 24px; width: 1392px; background: white; display: flex; gap: 28px;
       align-items: center; font: 15px/1.5 "DejaVu Sans", sans-serif; }}
pre {{ background: #1e2430; color: #d8dee9; padding: 22px; border-radius: 10px; margin: 0;
      font: 13.5px/1.65 "DejaVu Sans Mono", monospace; }}
b {{ color: #88c0d0; font-weight: normal; }}
main {{ flex: 1; display: flex; flex-direction: column; gap: 10px; align-items: center; }}
img {{ width: 100%; max-height: 430px; }} p {{ margin: 0; color: #444; align-self: start; }}
</style><pre>{code}</pre><main><p>Who is better over all problems, and is it more than luck?</p>
<img src="{ranks}"><p>How fast, on one of them?</p><img src="{curves}"></main>"""


def tour(plots: Path, path: Path) -> None:
    """The config on the left; ranking and convergence, as the report has them, on the right."""
    lines = (ROOT / TOUR).read_text(encoding="utf-8").splitlines()
    code = html.escape("\n".join(line for line in lines if not line.startswith("#")))
    code = re.sub(r"^( *[\w-]+:)", r"<b>\1</b>", code, flags=re.MULTILINE)
    page = PAGE.format(
        code=code,
        ranks=(plots / "critical-difference.svg").as_uri(),
        curves=(plots / "convergence-onemax.svg").as_uri(),
    )
    file = plots.parent / "tour.html"
    file.write_text(page, encoding="utf-8")
    with browser() as opened:
        view = opened.new_page(viewport={"width": 1440, "height": 700})
        view.goto(file.as_uri())
        view.locator("body").screenshot(path=path)


def browser() -> Any:
    """Debian's chromium, closed at the end of the block."""
    from contextlib import contextmanager

    from playwright.sync_api import sync_playwright

    @contextmanager
    def opened() -> Iterator[Any]:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            yield chromium
            chromium.close()

    return opened()


def screenshots(folder: Path) -> None:
    """The report and MLflow in a browser, by the tests that look at them."""
    report = folder / "results" / "quickstart" / "comparison" / "report.html"
    places = {"EVOSWEEP_SCREENSHOTS": str(IMAGES), "EVOSWEEP_REPORT": str(report)}
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    for words in (
        ["tests/compare/test_report_page.py", "-k", "screenshots"],
        ["tests/tracking/test_mlflow_ui.py"],
    ):
        done = subprocess.run([*pytest, *words], cwd=ROOT, env=os.environ | places, check=False)
        if done.returncode:
            print(f"not made anew: the pictures of {words[0]}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
