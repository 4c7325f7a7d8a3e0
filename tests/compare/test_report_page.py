"""The report in a browser: offline, on a desktop, on a phone, with the keyboard, and in print."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from folders import small_study

from evosweep.cli import main

CHROMIUM = which("chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 600_000  # milliseconds; on a loaded machine a page may take a minute
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="needs Debian's chromium: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_study(tmp_path_factory.mktemp("results"), problems=2, algorithms=3, seeds=8)
    assert main(["compare", str(folder)]) == 0
    return folder / "comparison" / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=OPTIONS, timeout=PATIENCE
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Any, report: Path) -> Iterator[Any]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda call: asked.append(call.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(report.as_uri())
    yield page
    assert not failed
    assert all(url.startswith(("file:", "data:")) for url in asked)
    context.close()


def column(page: Any, table: str, title: str) -> list[str]:
    """The texts of a column of a table, in the order shown."""
    heads = page.locator(f"#table-{table} thead th").all_inner_texts()
    place = next(i for i, head in enumerate(heads) if head.strip().startswith(title)) + 1
    found: list[str] = page.locator(f"#table-{table} tbody td:nth-child({place})").all_inner_texts()
    return found


def test_a_table_is_sorted_by_a_click_and_by_the_keyboard(page: Any) -> None:
    page.locator("#fold-summary > summary").click()
    head = page.locator("#table-summary th", has_text="median")
    assert head.get_attribute("aria-sort") == "none"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    values = [float(text) for text in column(page, "summary", "median")]
    assert values == sorted(values)
    assert len(set(values)) > 1
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert [float(text) for text in column(page, "summary", "median")] == values[::-1]


def test_a_cell_leads_to_its_runs_a_run_to_its_page_and_that_to_the_receipt(
    page: Any, report: Path
) -> None:
    page.locator("#fold-summary > summary").click()
    link = page.locator("#table-summary tbody tr").first.locator("td:nth-child(5) a")
    place = link.get_attribute("href")
    assert not page.locator(f'[id="{place[1:]}"] details').evaluate("node => node.open")
    link.click()
    details = page.locator(f'[id="{place[1:]}"] details')
    page.wait_for_function("place => document.getElementById(place).querySelector('details').open",
                           arg=place[1:])  # fmt: skip
    runs = details.locator("tbody td:first-child a")
    assert runs.count() == 16
    run_id = runs.first.inner_text()
    runs.first.click()
    assert page.locator("h1").inner_text() == f"Run {run_id}"
    assert page.locator("#curve svg polyline").count() == 2
    assert page.locator("#population circle").count() == 10
    assert run_id in page.locator("#repeat pre").first.inner_text()
    receipt = report.parent / "run" / page.locator("#repeat a.beside").get_attribute("href")
    assert receipt.resolve().name == "record.json"
    assert receipt.exists()


def test_nothing_is_wider_than_the_screen(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_picture_has_words_and_data(page: Any) -> None:
    pictures = page.locator("figure")
    assert pictures.count() > 5
    for index in range(pictures.count()):
        picture = pictures.nth(index)
        assert len(picture.locator("[role=img]").get_attribute("aria-label")) > 20
        assert picture.locator("svg").count() == 1
        assert (
            picture.locator("a[download]").first.get_attribute("href").startswith("data:text/csv")
        )


def test_ids_are_unique_so_that_links_and_pictures_are_what_they_say(page: Any) -> None:
    repeated = page.evaluate(
        """() => {
            const seen = new Set(), twice = new Set();
            for (const node of document.querySelectorAll('[id]')) {
                if (node.closest('svg')) continue;
                (seen.has(node.id) ? twice : seen).add(node.id);
            }
            return [...twice];
        }"""
    )
    assert repeated == []
    broken = page.evaluate(
        """() => [...document.querySelectorAll('a[href^="#"]')]
            .map(link => decodeURIComponent(link.hash.slice(1)))
            .filter(id => !document.getElementById(id))"""
    )
    assert broken == []


def test_labels_of_an_axis_do_not_overlap(page: Any) -> None:
    overlapping = page.evaluate(
        """() => {
            const found = [];
            for (const axis of document.querySelectorAll('[id^="matplotlib.axis_"]')) {
                const boxes = [...axis.querySelectorAll('text')]
                    .map(node => node.getBoundingClientRect()).filter(box => box.width > 0);
                boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
                    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                    if (across > 1 && down > 3) {
                        found.push(axis.closest('figure').id);
                    }
                }));
            }
            return [...new Set(found)];
        }"""
    )
    assert overlapping == []


def test_it_prints(browser: Any, report: Path, tmp_path: Path) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(report.as_uri())
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("nav").first.is_hidden()
    places = page.evaluate(
        """() => [...document.querySelectorAll('section')]
            .filter(section => section.querySelector(':scope > h2 + .wide'))
            .map(section => getComputedStyle(section).page)"""
    )
    assert places  # a wide table lies on its own kind of page, and its heading with it
    assert set(places) == {"wide"}
    page.close()


def first_screen(page: Any) -> float:
    """How many pixels of the first figure's picture are below the top 900."""
    box = page.locator("figure svg").first.bounding_box()
    return float(box["y"] + box["height"] - 900)


def test_the_first_figure_is_within_the_first_screen(page: Any) -> None:
    assert first_screen(page) <= 0


def test_the_legend_hides_an_algorithm_and_shows_it_again(page: Any) -> None:
    figure = page.locator("figure[data-frame][id^='plot-convergence-sphere']").first
    button = figure.locator(".tools button").first
    lines = figure.locator(".series[data-series='0']")
    assert lines.first.evaluate("node => node.getBoundingClientRect().width") > 50
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    assert lines.first.evaluate("node => getComputedStyle(node).display") == "none"
    button.click()
    assert lines.first.evaluate("node => getComputedStyle(node).display") != "none"


def test_an_axis_becomes_linear_and_logarithmic_again_with_the_same_curve(page: Any) -> None:
    figure = page.locator("figure[id^='plot-convergence-sphere']").first
    button = figure.locator("button.scale")
    before = curve(figure)
    assert button.inner_text() == "linear axis"
    button.click()
    linear = curve(figure)
    button.click()
    again = curve(figure)
    assert button.inner_text() == "linear axis"
    assert linear != before
    # Drawn by the page and by matplotlib, a value lies in the same order along the axis.
    assert [point[0] for point in again[::2]] == [point[0] for point in linear[::2]]
    falling = [point[1] for point in again]
    assert falling == sorted(falling)


def curve(figure: Any) -> list[list[float]]:
    """The points of the first line, which is drawn over its band."""
    text = figure.locator(".series[data-series='0'] path").last.get_attribute("d")
    return [
        [float(n) for n in part.split()[:2]] for part in re.split("[MLZ]", text) if part.strip()
    ]


def test_pointing_at_a_curve_shows_its_values(page: Any) -> None:
    figure = page.locator("figure[id^='plot-convergence-sphere']").first
    figure.scroll_into_view_if_needed()
    box = figure.locator("svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    tip = figure.locator(".tip")
    assert tip.is_visible()
    lines = tip.inner_text().splitlines()
    assert re.fullmatch(r"\d+ evaluations", lines[0])
    assert len(lines) == 4
    assert re.fullmatch(r"ga\(population=10\): \S+ \(\S+ to \S+\)", lines[1])


def test_the_page_is_filtered_and_its_runs_are_searched(page: Any) -> None:
    page.locator("select[name=problem]").select_option("sphere(function=2)")
    assert set(column(page, "pivot", "problem")) >= {"sphere(function=2)"}
    shown = page.locator("#table-pivot tbody tr:visible")
    assert shown.count() == 1
    assert page.locator("figure[data-problem='sphere(function=1)']:visible").count() == 0
    assert page.locator("figure[data-problem='sphere(function=2)']:visible").count() > 3
    page.locator("select[name=problem]").select_option("")
    run_id = page.locator("#runs tbody tr a").first.text_content()
    page.locator("input[name=search]").fill(run_id)
    assert page.locator("#runs tbody tr:visible").count() == 1
    assert page.locator(".filter output").inner_text() == "1 runs found"


def test_a_page_alone_links_to_no_file_that_is_not_there(browser: Any, report: Path, tmp_path: Path
                                                         ) -> None:  # fmt: skip
    alone = tmp_path / "mailed.html"
    alone.write_bytes(report.read_bytes())
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(alone.as_uri())
    page.locator("p.beside").first.wait_for(state="hidden")
    dead = page.evaluate(
        """() => [...document.querySelectorAll('a[href]')]
            .filter(link => link.offsetParent && !/^(#|data:)/.test(link.getAttribute('href')))
            .map(link => link.getAttribute('href'))"""
    )
    assert dead == []
    page.close()


def test_without_scripts_everything_is_there(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(report.as_uri())
    assert page.locator("#table-pivot tbody tr").count() == 2
    assert page.locator("figure svg").count() > 5
    assert page.locator(".filter").count() == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("which", ["report", "run"])
def test_wcag_aa(browser: Any, report: Path, scheme: str, width: int, which: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    place = report if which == "report" else sorted((report.parent / "run").glob("*.html"))[0]
    page.goto(place.as_uri())
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
        "resultTypes": ["violations"],
    }
    found = axe.Axe().run(page, options=options).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []
    context.close()
