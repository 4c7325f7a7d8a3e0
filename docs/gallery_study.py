"""What the pages of docs/gallery/ share: a study that is swept, its results, its pictures."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import yaml
from make_pictures import browser

mpl.use("Agg")
from matplotlib import pyplot as plt

GALLERY = Path(__file__).parent / "gallery"
EVOSWEEP = Path(sys.executable).parent / "evosweep"
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#999999"

Config = dict[str, Any]


def study(name: str, seeds: int = 5, **keys: Any) -> Config:
    """A config on one serial backend."""
    rest = {"backends": {"serial": {"use": "serial"}}, "seeds": {"first": 1, "count": seeds}}
    return {"experiment": name, **keys, **rest}


def shown(config: Config) -> list[str]:
    """A config as a block of a page."""
    text = yaml.safe_dump(config, sort_keys=False, default_flow_style=None, width=110)
    return ["```yaml", text.rstrip(), "```", ""]


def sweep(config: Config, folder: Path) -> Path:
    """The results of a config that is swept in a folder; what is there is not run again."""
    file = folder / "study.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    subprocess.run([EVOSWEEP, "sweep", file.name], cwd=folder, check=True)
    return folder / "results" / config["experiment"]


def records(results: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The receipts of an experiment with their folders."""
    for file in sorted(results.glob("runs/*/record.json")):
        yield file.parent, json.loads(file.read_text())


def table(results: Path, name: str) -> list[dict[str, str]]:
    """A table of the comparison."""
    with (results / "comparison" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def save(figure: Any, name: str) -> list[str]:
    """A picture of a page, and the line that shows it."""
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(GALLERY / f"{name}.png", dpi=110)
    plt.close(figure)
    return [f"![{name}]({name}.png)", ""]


def photograph(results: Path, plots: list[str], name: str) -> list[str]:
    """Pictures of the report, as a browser shows them side by side."""
    files = [(results / "comparison" / "plots" / f"{plot}.svg").as_uri() for plot in plots]
    images = "".join(f'<img src="{file}">' for file in files)
    style = "body{margin:0;padding:16px;background:white;display:flex;gap:24px;width:max-content}"
    page = results / "page.html"
    page.write_text(f"<style>{style} img{{height:330px}}</style><body>{images}</body>")
    with browser() as opened:
        view = opened.new_page(viewport={"width": 640 * len(plots), "height": 380})
        view.goto(page.as_uri())
        view.locator("body").screenshot(path=GALLERY / f"{name}.png")
    return [f"![{name}]({name}.png)", ""]
