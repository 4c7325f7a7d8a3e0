"""MLflow's UI as a person meets it: `evosweep ui` on real runs, in headless Chromium.

Screenshots go to EVOSWEEP_SCREENSHOTS. Those in docs/images were taken by it after `make run`:

    EVOSWEEP_SCREENSHOTS=docs/images EVOSWEEP_RESULTS=results pytest -k person tests/tracking
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import servers

from evosweep.cli import main

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
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium"),
]


def evosweep(*words: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *words]


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of the default grid: two configurations on two backends, three seeds each."""
    if results := os.environ.get("EVOSWEEP_RESULTS"):
        return Path(results)
    results = tmp_path_factory.mktemp("grid") / "results"
    for population in (100, 300):
        for backend in ({"use": "serial"}, {"use": "pool", "workers": 2}):
            params = {"generations": 40, "crossover": 0.5, "mutation": 0.2}
            params["population"] = population
            spec = {
                "problem": {"name": "onemax", "use": "onemax", "params": {"bits": 100}},
                "algorithm": {"name": "simple", "use": "ea_simple", "params": params},
                "backend": {"name": backend["use"], **backend},
                "seed": 1,
            }
            runs = str(results / "default" / "runs")
            job = evosweep("run", "--spec", json.dumps(spec), "--seeds", "1-3", "--out", runs)
            subprocess.run(job, check=True, capture_output=True)
    return results


@pytest.fixture
def ui(grid: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`evosweep ui` on the grid, and the page that it names for the experiment."""
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")  # evosweep's own choice comes first
    command = evosweep("ui", str(grid), "--port", str(servers.free_port()))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        page = next((line.split()[1] for line in lines if line.startswith("    default")), "")
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
    """A screenshot of the page once it is at rest."""
    folder = Path(os.environ.get("EVOSWEEP_SCREENSHOTS") or tmp_path)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(folder / f"{name}.png"))
    assert (folder / f"{name}.png").stat().st_size > 10_000


def test_a_person_finds_compares_and_opens_runs(
    ui: tuple[subprocess.Popen[str], str], page: Any, tmp_path: Path
) -> None:
    _, address = ui
    page.set_default_timeout(180_000)
    page.goto(address)
    configurations = page.locator(".ag-row", has_text="onemax simple bits=100 population")
    configurations.nth(1).wait_for()
    page.get_by_text("best_median").first.wait_for()
    for number in (0, 1):
        configurations.nth(number).locator(".ag-selection-checkbox").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Comparing 2 Runs").first.wait_for()
    keep(page, "mlflow-comparison", tmp_path)
    page.goto(address)
    configuration = page.locator(".ag-row", has_text="onemax simple bits=100 population=300")
    configuration.locator("button").first.click()
    run = page.get_by_role("link", name=re.compile("onemax simple s3 pool x2 bits=100 popul"))
    run.first.wait_for()
    keep(page, "mlflow-runs", tmp_path)
    run.first.click()
    page.get_by_text(re.compile(r"best \d+")).first.wait_for()
    keep(page, "mlflow-run", tmp_path)
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("convergence.svg").first.click()
    page.locator("img, iframe, svg[width='720']").first.wait_for()
    keep(page, "mlflow-convergence", tmp_path)
    page.get_by_text("population.json").first.click()
    page.get_by_text("fitness_0").first.wait_for()
    keep(page, "mlflow-population", tmp_path)
    assert not page.get_by_text("MLflow Assistant").filter(visible=True).count()
    elsewhere = [
        url for url in page.asked if not re.match(r"(http://127\.0\.0\.1|data:|blob:)", url)
    ]
    assert elsewhere == []


def test_it_is_served_to_this_machine_alone_and_runs_nothing_for_others(
    ui: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = ui
    host = urlsplit(address).netloc
    family = psutil.Process(process.pid).children(recursive=True)
    listening = [
        connection.laddr.ip
        for each in family
        for connection in each.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) == {"127.0.0.1"}
    assert answer(host, "/health") == 200
    assert answer(host, "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0", "evil.test") == 403
    assert answer(host, "/ajax-api/3.0/mlflow/assistant/config") == 404
    for each in family:
        assert "jobs" not in " ".join(each.cmdline())
        environment = each.environ()
        assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"
        assert environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"


def answer(host: str, path: str, name: str = "") -> int:
    with closing(HTTPConnection(host, timeout=120)) as connection:
        connection.request("GET", path, headers={"Host": name or host})
        return connection.getresponse().status


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_another_address_is_refused_without_the_hosts_that_may_ask(
    tmp_path: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ui", str(tmp_path), "--host", host]) == 2
    error = capsys.readouterr().err
    assert f"--host {host}" in error
    assert "--allowed-hosts" in error


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_leaves_no_process_behind(
    ui: tuple[subprocess.Popen[str], str], sign: int, code: int
) -> None:
    process, _ = ui
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    process.send_signal(sign)
    assert process.wait(timeout=120) == code
    gone, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []
    assert len(gone) == len(family)
