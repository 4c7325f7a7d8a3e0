"""PDF pictures share fonts that were cut out once: each letter has its own shape in every file."""

import io
import re
import zlib
from pathlib import Path

import matplotlib
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from evosweep.compare.plots.canvas import canvas, drawn

DEJAVU = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def picture(text: str) -> bytes:
    with canvas("test") as figure:
        figure.text(0.1, 0.5, text)
        return drawn(figure).pdf


def _stream(body: bytes) -> bytes:
    head, _, data = body.partition(b"stream\n")
    data = data.rpartition(b"\nendstream")[0]
    return zlib.decompress(data) if b"FlateDecode" in head else data


def _shape(font: TTFont, glyph: str) -> str:
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[glyph].draw(pen)
    return f"{pen.value} {glyphs[glyph].width}"


def shapes(pdf: bytes) -> list[str]:
    """The outline and the width of each character that a PDF file draws."""
    found = re.finditer(rb"(?s)(\d+) 0 obj\n(.*?)\nendobj", pdf)
    bodies = {number[1]: number[2] for number in found}
    drawings: list[str] = []
    for body in bodies.values():
        if b"/CIDFontType2" in body:
            codes = _stream(bodies[re.search(rb"CIDToGIDMap (\d+) 0 R", body)[1]])
            descriptor = bodies[re.search(rb"FontDescriptor (\d+) 0 R", body)[1]]
            file = _stream(bodies[re.search(rb"FontFile2 (\d+) 0 R", descriptor)[1]])
            font = TTFont(io.BytesIO(file))
            used = filter(None, map(ord, codes.decode("utf-16be")))
            drawings += [_shape(font, font.getGlyphOrder()[glyph]) for glyph in used]
    return sorted(drawings)


def test_every_letter_is_that_of_the_font() -> None:
    font = TTFont(DEJAVU)
    names = font.getBestCmap()
    for text in ("Sphere × 3", "Ünder − 10⁻³ ~"):
        own = sorted(_shape(font, names[ord(sign)]) for sign in set(text))
        assert shapes(picture(text)) == own


def test_a_picture_is_the_same_whatever_was_drawn_before() -> None:
    first = picture("one Ж")
    picture("another щ")
    assert picture("one Ж") == first
    assert picture("other Ж") != first
