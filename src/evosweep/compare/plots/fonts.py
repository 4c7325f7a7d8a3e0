"""Let the PDF files of a process share the fonts that they embed.

matplotlib cuts a font of its own out of DejaVu Sans for each file, which takes a third of a
report's time. Here a cut-out font has the usual characters beside those of its file, so that most
files need the same one. What a file has depends on its own characters alone, never on other files.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

_USUAL = frozenset((*map(chr, range(32, 127)), *"×–−∞µ°±≤≥⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


@cache
def share_fonts() -> None:
    """Replace matplotlib's function that cuts out fonts, if it is the one that is known here."""
    embedding: Any = import_module("matplotlib.backends._backend_pdf_ps")
    if not hasattr(embedding, "SubsetResults"):  # matplotlib before 3.11
        return
    cut_out = embedding.get_glyphs_subset

    @cache
    def cut(fontfile: Any, glyphs: frozenset[int]) -> tuple[bytes, Any]:
        with cut_out(fontfile, glyphs) as subset:
            return embedding.font_as_file(subset.font).getvalue(), subset.glyph_index_map

    @contextmanager
    def shared(fontfile: Any, glyphs: Iterable[int]) -> Iterator[Any]:
        from fontTools.ttLib import TTFont

        data, places = cut(fontfile, _usual_glyphs(fontfile).union(glyphs))
        with TTFont(io.BytesIO(data), recalcBBoxes=False, recalcTimestamp=False) as font:
            yield embedding.SubsetResults(font, places)

    embedding.get_glyphs_subset = shared


@cache
def _usual_glyphs(fontfile: Any) -> frozenset[int]:
    """Return the numbers of the usual characters in a font, as far as it has them."""
    from matplotlib.font_manager import get_font

    font = get_font(fontfile)
    return frozenset(filter(None, (font.get_char_index(ord(sign)) for sign in _USUAL)))
