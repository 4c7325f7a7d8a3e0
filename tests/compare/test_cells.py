"""The rows of a page's tables: escaped, with every digit at hand, links and bold cells."""

import numpy as np
import pytest

from evosweep.compare.numbers.embedding import PCA, embed
from evosweep.compare.numbers.location import scale_of
from evosweep.compare.numbers.populations import FEW_VALUES, diversity, hamming
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.page.cells import MOST_ROWS, rows_of


def _cells(row: Row, column: Column) -> str:
    text = rows_of(Table("t", "T", [column], [row]))
    return text.removeprefix("\n<tr>").removesuffix("</tr>")


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [
        ({"a": '<b> & "c"'}, Column("a", "a"), "<td>&lt;b&gt; &amp; &#34;c&#34;</td>"),
        ({"a": 3}, Column("a", "a"), '<td class="number" data-value="3">3</td>'),
        (
            {"a": 0.123456789},
            Column("a", "a"),
            '<td class="number" data-value="0.123456789" title="0.123456789">0.1235</td>',
        ),
        ({"a": True}, Column("a", "a"), "<td>yes</td>"),
        ({"a": "x" * 37}, Column("a", "a"), f'<td class="long">{"x" * 37}</td>'),
        ({"a": "x", "best": True}, Column("a", "a", strong="best"), "<td><strong>x</strong></td>"),
        ({"a": "x", "to": "#y"}, Column("a", "a", link="to"), '<td><a href="#y">x</a></td>'),
        (
            {"a": "x", "to": "run/'.html"},
            Column("a", "a", link="to"),
            '<td><a href="run/&#39;.html" class="beside">x</a></td>',
        ),
        ({}, Column("a", "a"), "<td>–</td>"),
    ],
)
def test_a_cell(row: Row, column: Column, cell: str) -> None:
    assert _cells(row, column) == cell


def test_a_disagreement_is_loud_and_long_tables_are_cut() -> None:
    rows: list[Row] = [{"verdict": "DISAGREE"}, *({"verdict": "agree"},) * MOST_ROWS]
    text = rows_of(Table("t", "T", [Column("verdict", "verdict")], rows))
    assert text.startswith('\n<tr class="loud"><td>DISAGREE</td></tr>\n<tr><td>agree</td></tr>')
    assert text.count("</tr>") == MOST_ROWS


@pytest.mark.parametrize("values", [2, FEW_VALUES, 10 * FEW_VALUES])
def test_diversity_is_that_of_all_pairs(values: int) -> None:
    genomes = np.random.default_rng(7).integers(0, values, (9, 20))
    genomes[3] = genomes[4]
    pairs = [(one != other).mean() for i, one in enumerate(genomes) for other in genomes[:i]]
    assert hamming(genomes) == pytest.approx(np.mean(pairs))
    assert diversity(genomes.tolist()).duplicates == pytest.approx(1 / 9)


def test_values_that_a_column_repeats_keep_their_own_digits_and_kinds() -> None:
    values = (1, 1.0, True, "1", 0.0, -0.0, None, 0.123456, 0.123456, "<", "<")
    rows: list[Row] = [{"a": value} for value in values]
    column = Column("a", "a")
    alone = [_cells(row, column) for row in rows]
    together = rows_of(Table("t", "T", [column], rows))
    assert together == "".join(f"\n<tr>{cell}</tr>" for cell in alone)
    assert alone[4] != alone[5]


@pytest.mark.parametrize("shape", [(5, 9), (9, 5), (4, 4), (3, 1), (1, 3)])
def test_the_map_has_the_first_two_principal_components(shape: tuple[int, int]) -> None:
    genomes = np.random.default_rng(3).random(shape)
    points, how = embed(genomes.tolist())
    scaled = genomes / scale_of(genomes)
    _, sizes, _ = np.linalg.svd(scaled - scaled.mean(axis=0))
    wanted = np.zeros(2)
    wanted[: len(sizes)] = sizes[:2]
    assert how == PCA
    assert np.linalg.norm(points, axis=0) == pytest.approx(wanted, abs=1e-9)
    assert points[:, 0] @ points[:, 1] == pytest.approx(0, abs=1e-9)


def test_equal_and_collinear_genomes_lie_at_a_point_and_on_a_line() -> None:
    points, _ = embed([[1.0, 2.0, 3.0]] * 3)
    assert not points.any()
    points, _ = embed([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [4.0, 5.0, 6.0]])
    assert points[:, 0].any()
    assert not points[:, 1].any()
