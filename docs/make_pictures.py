"""Makes the pictures of the README and of these pages from real runs: `make pictures`.

    python docs/make_pictures.py [FOLDER]      results that are there already, below FOLDER/results
    python docs/make_pictures.py --tables      only those that draw tables of these pages

`config/tour.yaml` and `config/experiment.yaml` are run where their results are not there. What each
picture shows is in `docs/shown.py`; a test compares it with what it was when the picture was made.
"""

import html
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import shown
from shown import FIRST, IMAGES, ROOT, TOUR, cells

from evosweep.config.load import load

BIN = Path(sys.executable).parent
WITHOUT_PATH = """path => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(path, "");
}"""
"""Leaves out of what a page shows where the results lie on this machine."""


def main() -> int:
    """Makes every picture; an error leaves all of them as they were."""
    if sys.argv[1:] == ["--tables"]:
        return of_tables()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    for config in (TOUR, FIRST):
        sweep(folder, config)
    with tempfile.TemporaryDirectory() as scratch:
        drawn = Path(scratch)
        for name, draw in DRAWN.items():
            draw(drawn / name)
        results = folder / "results"
        terminal(results / "quickstart", drawn / "sweep.svg")
        tour(results / "tour" / "comparison" / "plots", drawn / "tour.png")
        report(results / "quickstart" / "comparison" / "report.html", drawn)
        mlflow(results, drawn)
        for name in shown.PICTURES:
            keep(drawn / name)
    digests = {name: shown.of(name) for name in shown.PICTURES}
    shown.MADE.write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    return 0


def of_tables() -> int:
    """Makes the pictures that draw tables of these pages; no run is needed."""
    for name, draw in DRAWN.items():
        draw(IMAGES / name)
    digests = shown.made() | {name: shown.of(name) for name in DRAWN}
    shown.MADE.write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    return 0


def keep(picture: Path) -> None:
    """Takes a picture into docs/images, in 256 colours."""
    if picture.suffix == ".png":
        shown.shrink(picture)
    (IMAGES / picture.name).write_bytes(picture.read_bytes())


def sweep(folder: Path, config: str) -> None:
    """The runs of a config that are not there; all compared and tracked by today's code."""
    experiment = load(ROOT / config).experiment
    for command in (["sweep", ROOT / config], ["compare", f"results/{experiment}"], ["track"]):
        subprocess.run([BIN / "evosweep", *command], cwd=folder, check=True)


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
    axes.axvline(1, color="black", linewidth=1)
    axes.bar_label(
        bars, [f"{value:.3g} x" for value in values], padding=3,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(0.5, max(values) * 2)
    axes.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    axes.minorticks_off()
    axes.set_xlabel("times faster than DEAP; blue: evosweep, with DEAP's population; grey: pymoo")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


DRAWN = {"speed.svg": speed}
"""The pictures that draw tables."""


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


@contextmanager
def browser() -> Iterator[Any]:
    """Debian's chromium, closed at the end of the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


def report(path: Path, drawn: Path) -> None:
    """The top of the report, and the pictures of its first problem."""
    with browser() as opened:
        page = opened.new_page(viewport={"width": 1120, "height": 1100})
        page.goto(path.as_uri())
        page.screenshot(path=drawn / "report.png")
        page.locator("#problems .plots").first.screenshot(path=drawn / "report-problem.png")


def mlflow(results: Path, drawn: Path) -> None:
    """MLflow as a person meets it: the experiment, two configurations, a run, the charts."""
    from evosweep.track.content import views

    with served(results) as address, browser() as opened:
        page = opened.new_page(viewport={"width": 1440, "height": 860})
        page.set_default_timeout(180_000)

        def keep_view(name: str) -> None:
            page.wait_for_timeout(2500)
            page.evaluate(WITHOUT_PATH, str(results.parent))
            page.screenshot(path=drawn / f"mlflow-{name}.png")

        page.goto(address)
        rows = page.locator(".ag-row", has_text="rosenbrock · simple")
        rows.nth(1).wait_for()
        page.get_by_text("best_median").first.wait_for()
        keep_view("runs")
        for number in (0, 1):
            rows.nth(number).locator(".ag-selection-checkbox").click()
        page.get_by_role("button", name="Compare", exact=True).click()
        page.get_by_text("Comparing 2 Runs").first.wait_for()
        keep_view("comparison")
        place, _, fragment = address.partition("#")
        experiment = re.findall(r"experiments/(\d+)", fragment)[0]
        page.goto(f"{place.partition('?')[0]}{views.page(experiment, 'evosweep-convergence')}")
        page.get_by_text("convergence/features").first.wait_for()
        keep_view("view-convergence")
        page.goto(address)
        page.get_by_role("link", name=re.compile("^rosenbrock · simple")).first.click()
        page.get_by_role("link", name=re.compile("^s3 · serial")).first.click()
        page.get_by_text(re.compile(r"best \d+")).first.wait_for()
        keep_view("run")
        page.get_by_role("tab", name="Artifacts").click()
        page.get_by_text("convergence.svg").first.click()
        page.locator("img, iframe, svg[width='720']").first.wait_for()
        keep_view("convergence")
        page.get_by_text("population.json").first.click()
        page.get_by_text("fitness_0").first.wait_for()
        keep_view("population")


@contextmanager
def served(results: Path) -> Iterator[str]:
    """`evosweep ui` until the block ends; gives the address of the first experiment's page."""
    command = [BIN / "evosweep", "ui", results]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        try:
            yield next(line.split()[1] for line in lines if line.startswith("    quickstart"))
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
