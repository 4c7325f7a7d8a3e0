"""The rows of a page's tables: escaped, with every digit at hand, links and bold cells."""

import numpy as np
import pytest

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
