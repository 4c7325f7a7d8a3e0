"""Which parameter matters, against the published indices of Ishigami's and the g-function.

Ishigami: sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 on [-pi, pi]³ (Ishigami and Homma 1990), with S1
0.3139, S2 0.4424, S3 0, S13 0.2437. The g-function of Sobol with a = 0, 1, 4.5, 9, 99, 99, 99, 99:
S 0.7165, 0.1791, 0.0237, 0.0072, 0.0001 four times. Both in Saltelli et al.: Global Sensitivity
Analysis, The Primer, 2008.
Tolerances: 0.01 on a grid, 0.05 by a forest.
"""

import csv
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, write_run
from recomputed import Texts

from evosweep.cli import main
from evosweep.compare.numbers import forest
from evosweep.compare.numbers.anova import decompose, terms_of

ISHIGAMI = {(0,): 0.3139, (1,): 0.4424, (2,): 0.0, (0, 1): 0.0, (0, 2): 0.2437, (1, 2): 0.0}
WEIGHTS = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)
G_FUNCTION = (0.7165, 0.1791, 0.0237, 0.0072, 0.0001, 0.0001, 0.0001, 0.0001)


def ishigami(points: np.ndarray) -> np.ndarray:
    """At points of the unit cube, the last axis their coordinates."""
    x = (2 * points - 1) * np.pi
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def g_function(points: np.ndarray) -> np.ndarray:
    weights = np.array(WEIGHTS[: points.shape[-1]])
    return np.prod((np.abs(4 * points - 2) + weights) / (1 + weights), axis=-1)


def midpoints(*levels: int) -> np.ndarray:
    marks = [(np.arange(count) + 0.5) / count for count in levels]
    return np.stack(np.meshgrid(*marks, indexing="ij"), axis=-1)


def test_a_grid_of_ishigami_has_its_published_indices() -> None:
    shares = decompose(ishigami(midpoints(36, 36, 36))[None])[0]
    found = dict(zip(terms_of(3), shares, strict=True))
    assert found == pytest.approx(ISHIGAMI, abs=0.01)
    assert shares.sum() == pytest.approx(1, abs=0.01)


def test_a_grid_of_the_g_function_has_its_published_indices() -> None:
    shares = decompose(g_function(midpoints(20, 12, 8, 8, 2, 2, 2, 2))[None])[0]
    assert shares[:8] == pytest.approx(G_FUNCTION, abs=0.01)


def test_a_forest_finds_the_indices_of_ishigami_from_a_sample() -> None:
    from scipy.stats import qmc

    points = qmc.Sobol(3, seed=1).random(1024)
    grown = forest.fit(points, ishigami(points))
    found = dict(zip(terms_of(3), grown.shares, strict=True))
    assert grown.score > 0.9
    assert found == pytest.approx(ISHIGAMI, abs=0.05)


def test_a_forest_says_that_it_has_learned_nothing_from_noise() -> None:
    rng = np.random.default_rng(3)
    assert forest.fit(rng.random((64, 3)), rng.random(64)).score < forest.LEAST_SCORE


def test_equal_values_have_no_shares() -> None:
    assert np.isnan(decompose(np.full((1, 3, 4), 0.1))).all()


def study(results: Path, points: list[tuple[float, int]], *, problems: int = 2) -> Path:
    """Runs whose result is 10 sigma + 0.01 population, and a little of the seed."""
    for function in range(1, problems + 1):
        problem = {"name": "f", "use": "mine:f", "params": {"function": function}}
        for sigma, population in points:
            params = {"sigma": sigma, "population": population}
            for seed in range(1, 6):
                best = 10 * sigma + 0.01 * population + 0.001 * seed * function
                history = np.full((3, 4, 1), best)
                algorithm = {"name": "es", "use": "mine:es", "params": params}
                write_run(results / "study", Made(problem, algorithm, SERIAL, seed, history))
    return results / "study"


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "comparison/importance.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_full_grid_is_told_exactly_and_each_sentence_is_in_the_table(tmp_path: Path) -> None:
    levels = [0.1, 0.2, 0.4], [10, 20]
    folder = study(tmp_path, list(product(*levels)))
    assert main(["compare", str(folder)]) == 0
    rows = {(row["problem"], row["term"]): row for row in table(folder)}
    main_effect = np.var([10 * level for level in levels[0]])
    total = main_effect + np.var([0.01 * level for level in levels[1]])
    row = rows["all problems", "sigma"]
    assert float(row["share"]) == pytest.approx(main_effect / total, abs=1e-6)
    low, share, high = (float(row[key]) for key in ("share_low", "share", "share_high"))
    assert low <= share <= high
    assert {row["method"] for row in rows.values()} == {"exact, full grid"}
    assert float(rows["f(function=1)", "population × sigma"]["share"]) == pytest.approx(0, abs=1e-6)
    texts = Texts(folder / "comparison")
    (text,) = [text for section, text in texts.paragraphs if section == "importance"]
    told = re.findall(r"(\S+) explains (\d+)% \((\d+)% to (\d+)%\)", text)
    assert told
    for term, *numbers in told:
        row = rows["all problems", term]
        keys = ("share", "share_low", "share_high")
        assert [f"{float(row[key]):.0%}" for key in keys] == [f"{number}%" for number in numbers]
    assert "of the variance between 6 configurations" in text
    assert {"effects-es-0", "pairs-es-0", "settings-es-0"} <= set(texts.pictures)


def test_a_grid_with_a_hole_is_not_told_from_six_points(tmp_path: Path) -> None:
    folder = study(tmp_path, [(0.1, 10), (0.2, 10), (0.4, 10), (0.1, 20), (0.2, 20)], problems=1)
    assert main(["compare", "--no-pictures", str(folder)]) == 0
    (row,) = table(folder)
    assert row["reason"] == "no full grid, and fewer than 20 points for a forest"
    assert "not told: no full grid" in (folder / "comparison/report.html").read_text()


def test_a_sampled_design_is_told_by_a_forest_with_its_score(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    points = [(round(float(s), 4), int(n)) for s, n in zip(rng.random(60), rng.integers(1, 99, 60),
                                                           strict=True)]  # fmt: skip
    folder = study(tmp_path, points, problems=1)
    assert main(["compare", "--no-pictures", str(folder)]) == 0
    rows = {row["term"]: row for row in table(folder)}
    assert rows["sigma"]["method"] == "random forest"
    assert float(rows["sigma"]["score"]) > 0.9
    assert float(rows["sigma"]["share"]) > 0.85
    assert "random forest, out-of-bag score" in (folder / "comparison/report.html").read_text()


def test_cases_crossed_with_a_grid_are_one_factor_of_it(tmp_path: Path) -> None:
    cases = [(0.9, 0.1), (0.6, 0.4), (0.1, 0.9)]
    for (crossover, mutation), population, seed in product(cases, (10, 20), range(1, 4)):
        best = 10 * crossover**2 + 0.1 * population
        params = {"crossover": crossover, "mutation": mutation, "population": population}
        algorithm = {"name": "ga", "use": "mine:ga", "params": params}
        problem = {"name": "f", "use": "mine:f", "params": {}}
        made = Made(problem, algorithm, SERIAL, seed, np.full((3, 4, 1), best))
        write_run(tmp_path / "study", made)
    assert main(["compare", "--no-pictures", str(tmp_path / "study")]) == 0
    rows = {row["term"]: row for row in table(tmp_path / "study")}
    assert set(rows) == {
        "crossover + mutation", "population", "crossover + mutation × population",
    }  # fmt: skip
    assert {row["method"] for row in rows.values()} == {"exact, full grid"}
    effects = np.var([10 * case[0] ** 2 for case in cases]), np.var([1, 2])
    share = effects[0] / sum(effects)
    assert float(rows["crossover + mutation"]["share"]) == pytest.approx(share, abs=1e-6)


def test_a_parameter_with_a_condition_is_one_factor_with_it(tmp_path: Path) -> None:
    """The updating of differential evolution is `deferred` where nothing says otherwise."""
    effects = {("deferred", 0.5): 1.0, ("deferred", 1.0): 2.0, ("immediate", None): 4.0}
    for ((updating, scale), effect), population, seed in product(
        effects.items(), (10, 20), range(1, 4)
    ):
        params = {"updating": updating, "population": population}
        params |= {} if scale is None else {"scale": scale}
        algorithm = {"name": "de", "use": "differential_evolution", "params": params}
        problem = {"name": "f", "use": "mine:f", "params": {}}
        history = np.full((3, 4, 1), effect + population / 10)
        write_run(tmp_path / "study", Made(problem, algorithm, SERIAL, seed, history))
    assert main(["compare", "--no-pictures", str(tmp_path / "study")]) == 0
    rows = {row["term"]: row for row in table(tmp_path / "study")}
    shares = {term: float(row["share"]) for term, row in rows.items()}
    [joined] = (term for term in rows if "+" in term and "×" not in term)
    assert set(joined.split(" + ")) == {"updating", "scale"}
    effect = np.var(list(effects.values()))
    assert shares[joined] == pytest.approx(effect / (effect + np.var([1, 2])), abs=1e-6)
    assert {row["method"] for row in rows.values()} == {"exact, full grid"}


def test_cases_alone_are_no_grid(tmp_path: Path) -> None:
    folder = study(tmp_path, [(0.1, 10), (0.2, 20), (0.3, 30), (0.4, 40), (0.5, 50)], problems=1)
    assert main(["compare", "--no-pictures", str(folder)]) == 0
    (row,) = table(folder)
    assert row["reason"] == "no full grid, and fewer than 20 points for a forest"
