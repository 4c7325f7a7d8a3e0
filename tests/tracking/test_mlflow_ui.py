"""MLflow's UI as a person meets it: `evosweep ui` on real runs, in headless Chromium.

Screenshots go to EVOSWEEP_SCREENSHOTS, where that is set.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psutil
import pytest
import servers
import warm

from evosweep.cli import main
from evosweep.track.content import views

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
PATIENCE = 600_000  # milliseconds; on a loaded machine a page may take a minute
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
    """A part of the default grid: two configurations on two backends, six seeds each."""
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
            job = warm.evosweep("run", "--spec", json.dumps(spec), "--seeds", "1-6", "--out", runs)
            subprocess.run(job, check=True, capture_output=True)
    return results


@contextmanager
def started(grid: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`evosweep ui` on the grid, and the page that it names for the experiment."""
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "false"}  # evosweep's own comes first
    command = evosweep("ui", str(grid), "--port", str(servers.free_port()))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        page = next((line.split()[1] for line in lines if line.startswith("    default")), "")
        assert page, "evosweep ui ended without a word"
        yield process, page
        if process.poll() is None:
            process.terminate()


@pytest.fixture(scope="module")
def ui(grid: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """One for all tests that do not stop it."""
    with started(grid) as both:
        yield both


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=OPTIONS, timeout=PATIENCE
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a browser with no past, which notes what it asks of other machines."""
    context = browser.new_context(viewport={"width": 1440, "height": 860})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.asked = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    yield opened
    context.close()


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
    page.goto(address)
    configurations = page.locator(".ag-row", has_text="onemax · simple · population=")
    configurations.nth(1).wait_for()
    page.get_by_text("best_median").first.wait_for()
    page.get_by_text("algorithm.population").first.wait_for()
    keep(page, "mlflow-runs", tmp_path)
    for number in (0, 1):
        configurations.nth(number).locator(".ag-selection-checkbox").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Comparing 2 Runs").first.wait_for()
    keep(page, "mlflow-comparison", tmp_path)
    page.goto(address)
    page.get_by_role("link", name="onemax · simple · population=300").first.click()
    run = page.get_by_role("link", name=re.compile("^s3 · pool x2 · onemax · simple · popul"))
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


def test_a_configuration_shows_all_of_its_runs(
    ui: tuple[subprocess.Popen[str], str], page: Any
) -> None:
    _, address = ui
    page.goto(address)
    configuration = page.get_by_role("link", name=re.compile("^onemax · simple · popul"))
    configuration.first.click()
    runs = page.get_by_role("link", name=re.compile(r"^s\d · "))
    runs.nth(11).wait_for()
    assert runs.count() == 12


VIEWS = {
    "evosweep-convergence": ["convergence/onemax"],
    "evosweep-parallel": ["Parallel Coordinates", "algorithm.population"],
    "evosweep-runs": ["s1 · pool x2 · onemax", "s1 · serial x1 · onemax"],
    "evosweep-tree": ["onemax · simple · population=100"],
}


@pytest.mark.parametrize("key", VIEWS)
def test_a_prepared_view_shows_what_it_promises(
    ui: tuple[subprocess.Popen[str], str], page: Any, tmp_path: Path, key: str
) -> None:
    _, address = ui
    page.goto(address.split("#")[0])
    experiment = re.search(r"experiments/(\d+)", address)
    assert experiment is not None
    page.goto(f"{address.split('?')[0]}{views.page(experiment[1], key)}")
    for text in VIEWS[key]:
        page.get_by_text(re.compile(re.escape(text))).first.wait_for()
    keep(page, key.replace("evosweep", "mlflow-view"), tmp_path)


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
    assert answer(host, "/ajax-api/3.0/mlflow/assistant/config", secret_of(address)) == 404
    for each in family:
        assert "jobs" not in " ".join(each.cmdline())
        environment = each.environ()
        assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"
        assert environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"


def secret_of(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query))["token"]


def answer(host: str, path: str, secret: str = "", name: str = "", method: str = "GET") -> int:
    headers = {"Host": name or host} | ({"Authorization": f"Bearer {secret}"} if secret else {})
    with closing(HTTPConnection(host, timeout=600)) as connection:
        connection.request(method, path, headers=headers)
        return connection.getresponse().status


PATHS = [
    "/",
    "/health",
    "/version",
    "/static-files/index.html",
    "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0",
    "/ajax-api/3.0/mlflow/assistant/config",
    "/api/2.0/mlflow-artifacts/artifacts/0/x",
    "/get-artifact?path=record.json&run_uuid=0",
    "/graphql",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_name_that_is_not_its_own_is_refused_everywhere(
    ui: tuple[subprocess.Popen[str], str], path: str
) -> None:
    _, address = ui
    host, secret = urlsplit(address).netloc, secret_of(address)
    port = host.rpartition(":")[2]
    for name in ("evil.test", f"evil.test:{port}", "192.168.0.1", f"127.0.0.1.evil.test:{port}"):
        assert answer(host, path, secret, name) == 403
    assert answer(host, path, secret, f"localhost:{port}") != 403


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/health"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_without_the_secret_nothing_is_answered(
    ui: tuple[subprocess.Popen[str], str], path: str, method: str
) -> None:
    _, address = ui
    host = urlsplit(address).netloc
    assert answer(host, path, method=method) == 401
    assert answer(host, path, "x" + secret_of(address), method=method) == 401


ATTACK = """
import sys, urllib.request, urllib.error
url, secret = sys.argv[1:]
headers = {"Authorization": f"Bearer {secret}"} if secret else {}
request = urllib.request.Request(url, b"#!/bin/sh", headers, method="PUT")
try:
    print(urllib.request.urlopen(request).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""


def test_another_user_of_the_machine_writes_nothing(
    ui: tuple[subprocess.Popen[str], str], grid: Path
) -> None:
    """Through MLflow's upload of artifacts, whose place they know; its own user may."""
    if os.geteuid() != 0:
        pytest.skip("becomes another user, which only root may")
    process, address = ui
    place = f"http://{urlsplit(address).netloc}/api/2.0/mlflow-artifacts/artifacts/default/planted"
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    python = "/usr/bin/python3"  # the tests' own may lie where only root may look
    attack = [*other, python, "-c", ATTACK, place, ""]
    asked = subprocess.run(attack, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "401"
    assert not list(grid.rglob("planted"))
    for child in psutil.Process(process.pid).children(recursive=True):
        assert secret_of(address) not in " ".join(child.cmdline())
        read = subprocess.run(
            [*other, "cat", f"/proc/{child.pid}/environ", str(grid / ".track" / "ui.log")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert secret_of(address) not in read.stdout
    own = [sys.executable, "-c", ATTACK, place, secret_of(address)]
    asked = subprocess.run(own, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "200"
    (planted,) = grid.rglob("planted")
    planted.unlink()


def test_a_browser_keeps_the_secret_and_another_one_has_none(
    ui: tuple[subprocess.Popen[str], str], page: Any
) -> None:
    _, address = ui
    without = address.replace(f"?token={secret_of(address)}", "")
    assert page.goto(without).status == 401
    page.get_by_text("Open the address that it printed").wait_for()
    page.goto(address)
    assert secret_of(address) not in page.url
    assert "#/experiments/" in page.url
    assert page.evaluate("document.cookie") == ""  # scripts cannot read it
    assert page.goto(without.split("#")[0]).status == 200


def test_a_page_of_the_report_links_to_its_run_while_the_ui_shows_it(
    ui: tuple[subprocess.Popen[str], str], page: Any, grid: Path, tmp_path: Path
) -> None:
    _, address = ui
    page.set_default_timeout(180_000)
    assert main(["compare", str(grid)]) == 0
    report = grid / "default" / "comparison"
    one = next(iter(sorted((report / "run").glob("*.html"))))
    page.goto(address)  # which gives the browser its cookie
    page.get_by_text("best_median").first.wait_for()
    page.goto(one.as_uri())
    page.get_by_role("link", name="this run in MLflow").click()
    page.get_by_text(re.compile(r"best \d+")).first.wait_for()
    assert one.stem in page.locator("body").inner_text()
    elsewhere = tmp_path / one.name
    elsewhere.write_bytes(one.read_bytes())
    page.goto(elsewhere.as_uri())
    page.locator("#repeat").wait_for()
    assert page.get_by_text("this run in MLflow").is_hidden()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_another_address_is_refused_without_the_hosts_that_may_ask(
    tmp_path: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ui", str(tmp_path), "--host", host]) == 2
    error = capsys.readouterr().err
    assert f"--host {host}" in error
    assert "--allowed-hosts" in error


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_leaves_no_process_behind(grid: Path, sign: int, code: int) -> None:
    with started(grid) as (process, _):
        family = psutil.Process(process.pid).children(recursive=True)
        assert family
        process.send_signal(sign)
        assert process.wait(timeout=600) == code
        gone, alive = psutil.wait_procs(family, timeout=600)
    assert alive == []
    assert len(gone) == len(family)
