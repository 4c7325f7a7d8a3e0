"""MLflow's UI as a person meets it: `evosweep ui` on real runs, in headless Chromium.

Screenshots go to EVOSWEEP_SCREENSHOTS, from where the README's were taken.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import servers

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAM = "import sys; from evosweep.cli import main; sys.exit(main())"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]


def evosweep(*words: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *words]


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two configurations on two backends, three seeds each, compared."""
    results = tmp_path_factory.mktemp("grid") / "results"
    for population in (60, 200):
        for backend in ({"use": "serial"}, {"use": "pool", "workers": 2}):
            params = {"generations": 40, "crossover": 0.5, "mutation": 0.2}
            spec = {
                "problem": {"use": "onemax", "params": {"bits": 100}},
                "algorithm": {"use": "ea_simple", "params": {**params, "population": population}},
                "backend": backend,
                "seed": 1,
            }
            runs = str(results / "quickstart" / "runs")
            job = evosweep("run", "--spec", json.dumps(spec), "--seeds", "1-3", "--out", runs)
            subprocess.run(job, check=True, capture_output=True)
    return results


@pytest.fixture
def ui(grid: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`evosweep ui` on the grid, and the page that it names for the experiment."""
    command = evosweep("ui", str(grid), "--port", str(servers.free_port()))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        page = next((line.split()[1] for line in lines if line.startswith("    quickstart")), "")
        assert page, "evosweep ui ended without a word"
        yield process, page
        if process.poll() is None:
            process.terminate()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    """A page of a browser with no past, which notes what it asks of other machines."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=str(CHROMIUM),
            args=OPTIONS,
            viewport={"width": 1440, "height": 860},
        )
        opened = browser.new_page()
        opened.asked = []
        opened.on("request", lambda request: opened.asked.append(request.url))
        yield opened
        browser.close()


def keep(page: Any, name: str, tmp_path: Path) -> None:
    """A screenshot, without MLflow's assistant, which opens by itself the first time."""
    folder = Path(os.environ.get("EVOSWEEP_SCREENSHOTS") or tmp_path)
    close = page.get_by_role("button", name=re.compile("close", re.IGNORECASE))
    if close.count() and page.get_by_text("MLflow Assistant").count():
        close.last.click()
    page.wait_for_timeout(1500)
    page.screenshot(path=str(folder / f"{name}.png"))
    assert (folder / f"{name}.png").stat().st_size > 10_000


def test_a_person_finds_compares_and_opens_runs(
    ui: tuple[subprocess.Popen[str], str], page: Any, tmp_path: Path
) -> None:
    _, address = ui
    page.set_default_timeout(30_000)
    page.goto(address)
    page.get_by_text("onemax ea_simple bits=100 population=200").first.wait_for()
    keep(page, "mlflow-runs", tmp_path)
    for row in (0, 1):
        page.locator(".ag-row .ag-selection-checkbox").nth(row).click()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Comparing 2 Runs").first.wait_for()
    keep(page, "mlflow-comparison", tmp_path)
    page.goto(address)
    page.get_by_role("link", name=re.compile("onemax ea_simple bits=100 population=200")).click()
    page.get_by_role("link", name=re.compile("onemax ea_simple s3 pool x2")).first.click()
    page.get_by_text("best 99").first.wait_for()
    keep(page, "mlflow-run", tmp_path)
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("population.json").first.click()
    page.get_by_text("fitness_0").first.wait_for()
    keep(page, "mlflow-population", tmp_path)
    elsewhere = [
        url for url in page.asked if not re.match(r"(http://127\.0\.0\.1|data:|blob:)", url)
    ]
    assert elsewhere == []


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_leaves_no_process_behind(
    ui: tuple[subprocess.Popen[str], str], sign: int, code: int
) -> None:
    process, _ = ui
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    process.send_signal(sign)
    assert process.wait(timeout=30) == code
    gone, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert len(gone) == len(family)
