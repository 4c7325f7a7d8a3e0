"""What the pictures of the README and of these pages show, as digests.

`docs/images/made.json` has the digests of the day on which the pictures were made. A test compares
them with today's: other settings, other runs, other words in the report or in MLflow make a picture
old. Numbers are left out where they are times, so that a digest is the same on every machine.
"""

import atexit
import hashlib
import json
import re
import shutil
import tempfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from evosweep.config.experiment import Experiment
from evosweep.config.grid import expand
from evosweep.config.load import load
from evosweep.records.folder import RunFolder

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
MADE = IMAGES / "made.json"
TOUR, FIRST = "config/tour.yaml", "config/experiment.yaml"

EXAMPLE = {
    "experiment": "example",
    "problems": {
        "onemax": {"use": "onemax", "params": {"bits": 30}},
        "queens": {"use": "n_queens", "params": {"queens": 8}},
    },
    "algorithms": {
        "simple": {
            "use": "ea_simple",
            "params": {"generations": 8},
            "grid": {"population": [10, 20]},
        },
        "random": {"use": "random_search", "params": {"population": 20, "generations": 8}},
    },
    "backends": {"serial": {"use": "serial"}},
    "seeds": {"first": 1, "count": 5},
}
"""Small runs, of which the report and MLflow say what they say of large ones."""


def digest(texts: Iterable[str]) -> str:
    """Texts in 16 digits."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def of(picture: str) -> str:
    """What a picture in docs/images shows, in 16 digits."""
    return digest(text for part in PICTURES[picture] for text in part())


def made() -> dict[str, str]:
    """What each picture showed when it was made."""
    read: dict[str, str] = json.loads(MADE.read_text(encoding="utf-8"))
    return read


def shrink(picture: Path) -> None:
    """Leaves a PNG 256 colours: a third of its size, and nothing that an eye misses."""
    from PIL import Image

    with Image.open(picture) as image:
        few = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


def settings(config: str) -> Iterator[str]:
    """The lines of a config, without remarks."""
    for line in (ROOT / config).read_text(encoding="utf-8").splitlines():
        if text := line.partition("# ")[0].rstrip():
            yield text


def runs(config: str) -> Iterator[str]:
    """The names of a config's runs: they change with whatever decides a result, code included."""
    yield from (spec.run_id for spec in expand(load(ROOT / config)))


def cells(page: str, first: str) -> list[list[str]]:
    """Return the rows of the table in a page whose heading begins with `first`."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def tables(page: str, *firsts: str) -> Iterator[str]:
    """The lines of a page's tables whose headings begin with these cells."""
    for first in firsts:
        yield from (" | ".join(row) for row in cells(page, first))


@cache
def example() -> Path:
    """The folder of the example's runs, which were made in this process."""
    from evosweep.backends.table import create
    from evosweep.run.attempt import run_one

    scratch = Path(tempfile.mkdtemp(prefix="evosweep-shown-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    results = scratch / "example"
    with create("serial") as backend:
        for spec in expand(Experiment.model_validate(EXAMPLE)):
            run_one(spec, RunFolder(results / "runs" / spec.run_id), backend)
    return results


def words(texts: Iterable[str]) -> Iterator[str]:
    """The texts without numbers, some of which are times."""
    yield from (re.sub(r"[\d.,]+", "0", text) for text in texts)


def report_top() -> Iterator[str]:
    """What the report says first, the names of its sections, and its style."""
    page = _page()
    first = [page.first.title, page.first.caption] if page.first else []
    yield from words([page.title, page.subtitle, *page.summary, *first])
    yield from (section.title for section in page.sections)
    yield _style()


def report_problem() -> Iterator[str]:
    """The captions of a problem's pictures."""
    for section in _page().sections:
        for part in section.walk():
            if part.problem:
                yield from words(f"{plot.title}: {plot.caption}" for plot in part.plots)


@cache
def _page():  # type: ignore[no-untyped-def]
    from evosweep.compare.build import build_page
    from evosweep.compare.page.material import Options
    from evosweep.compare.read.folders import open_studies

    (study,) = open_studies(example())
    return build_page(study, Options(), example() / "comparison")


def _style() -> str:
    file = ROOT / "src" / "evosweep" / "compare" / "page" / "templates" / "report.css"
    return " ".join(file.read_text(encoding="utf-8").split())


def mlflow_run() -> Iterator[str]:
    """What MLflow is given of a run: its name, parameters, tags, metrics, artifacts and note."""
    from evosweep.track.content.read import read_run
    from evosweep.track.content.tags import identity

    folder = next(path for path in sorted((example() / "runs").iterdir()))
    run, document = read_run(RunFolder(folder), "example")
    yield run.name
    yield from (f"{key}={value}" for key, value in run.params.items())
    yield from identity(document)
    yield from sorted({point.key for point in run.points} | set(run.files))
    yield from words([run.tags["mlflow.note.content"]])


def mlflow_views() -> Iterator[str]:
    """The tables and charts that are prepared in MLflow, and its version."""
    from evosweep.track.content.views import Subject, view_tags

    swept = ["algorithm.population"]
    subject = Subject(swept, shared=swept, convergence={"convergence/onemax": False})
    for key, state in view_tags(subject).items():
        yield f"{key} {zlib.decompress(b64decode(state.partition(';')[2])).decode()}"
    locked = (ROOT / "envs" / "test.txt").read_text(encoding="utf-8")
    yield from re.findall(r"^mlflow==\d+\.\d+", locked, re.MULTILINE)


def terminal() -> Iterator[str]:
    """The titles and words of the block that `evosweep sweep` draws."""
    from io import StringIO

    from rich.console import Console

    from evosweep.inventory.progress import Observer
    from evosweep.workflow.status_block import block

    console = Console(width=96, file=StringIO(), color_system=None)
    with console.capture() as shown:
        console.print(block(Observer(example()).look()))
    yield from re.findall(r"[a-z_]+", shown.get())


def _runs_of(config: str) -> Callable[[], Iterator[str]]:
    return lambda: runs(config)


PICTURES: dict[str, tuple[Callable[[], Iterator[str]], ...]] = {
    "tour.png": (lambda: settings(TOUR), _runs_of(TOUR)),
    "speed.svg": (lambda: tables("docs/speed.md", "run", "work"),),
    "sweep.svg": (_runs_of(FIRST), terminal),
    "report.png": (_runs_of(FIRST), report_top),
    "report-problem.png": (_runs_of(FIRST), report_problem),
    "mlflow-runs.png": (_runs_of(FIRST), mlflow_run, mlflow_views),
    "mlflow-run.png": (_runs_of(FIRST), mlflow_run),
    "mlflow-convergence.png": (_runs_of(FIRST), mlflow_run),
    "mlflow-population.png": (_runs_of(FIRST), mlflow_run),
    "mlflow-comparison.png": (_runs_of(FIRST), mlflow_run),
    "mlflow-view-convergence.png": (_runs_of(FIRST), mlflow_run, mlflow_views),
}
"""By picture, what it shows."""
