"""Write small pictures directly as SVG, for the hundreds of pages of single runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.table import show
from evosweep.compare.plots.escaping import all_escaped

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 78, 30, 12, 44


@dataclass(frozen=True)
class Axis:
    """The range of an axis, its title, and its pixels."""

    title: str
    low: float
    high: float
    start: int
    end: int

    def __call__(self, value: float) -> float:
        """Return a value's pixel; values beyond 1e300 are scaled first, to avoid overflow."""
        span = self.high / 4 - self.low / 4
        share = (value / 4 - self.low / 4) / span if span else 0.5
        return round(self.start + (self.end - self.start) * share, 2)

    def pixels(self, values: Sequence[float]) -> list[str]:
        """Return the pixels of values as texts, as one by one, in half of the time."""
        low, span = self.low / 4, self.high / 4 - self.low / 4
        if not span:
            return [str(self(value)) for value in values]
        start, length = self.start, self.end - self.start
        places = [start + length * ((value / 4 - low) / span) for value in values]
        texts = (len(places) * "%.2f " % tuple(places)).split()
        return [text[:-1] if text[-1] == "0" else text for text in texts]

    def marks(self) -> list[float]:
        """Five values along the axis."""
        if self.low == self.high:
            return [self.low]
        return [self.low + part * (self.high / 4 - self.low / 4) for part in range(5)]


def line_chart(
    words: tuple[str, str], across: Floats, lines: Mapping[str, tuple[Floats, str, str]]
) -> str:
    """Return lines as SVG, by name with values, colour and dashes; `words` name the axes."""
    finite = np.concatenate([values[np.isfinite(values)] for values, _, _ in lines.values()])
    x, y = _axes(words, across, finite)
    body = [_frame(x, y)]
    for place, (name, (values, colour, dashes)) in enumerate(lines.items()):
        shown = np.isfinite(values)
        places = zip(
            x.pixels(across[shown].tolist()), y.pixels(values[shown].tolist()), strict=True
        )
        points = [f"{a},{b}" for a, b in places]
        look = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        body.append(f'<polyline {look} points="{" ".join(points)}"/>')
        left = LEFT + 10 + 170 * place
        body.append(f'<line x1="{left}" x2="{left + 24}" y1="9" y2="9" {look}/>')
        body.append(f'<text x="{left + 30}" y="13" font-size="11">{escape(name)}</text>')
    return _svg(body)


def scatter(
    words: tuple[str, str], points: Floats, titles: Sequence[str], colours: Sequence[str]
) -> str:
    """Return points as SVG, each with a text that appears under the pointer."""
    x, y = _axes(words, points[:, 0], points[:, 1])
    across, up = x.pixels(points[:, 0].tolist()), y.pixels(points[:, 1].tolist())
    dots = [
        f'<circle cx="{a}" cy="{b}" r="4" fill="{colour}" fill-opacity="0.75">'
        f"<title>{title}</title></circle>"
        for a, b, title, colour in zip(
            across, up, all_escaped(titles, escape), colours, strict=True
        )
    ]
    return _svg([_frame(x, y), *dots])


def _axes(words: tuple[str, str], across: Floats, up: Floats) -> tuple[Axis, Axis]:
    x = Axis(words[0], *_span(across), start=LEFT, end=WIDTH - RIGHT)
    return x, Axis(words[1], *_span(up), start=HEIGHT - BOTTOM, end=TOP + 10)


def _span(values: Floats) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)


def _frame(x: Axis, y: Axis) -> str:
    parts = [
        f'<path d="M{x.start} {y.end}V{y.start}H{x.end}" fill="none" stroke="currentColor"/>',
        f'<text x="{(x.start + x.end) / 2}" y="{HEIGHT - 6}" text-anchor="middle" '
        f'font-size="12">{escape(x.title)}</text>',
        f'<text transform="translate(12 {(y.start + y.end) / 2}) rotate(-90)" '
        f'text-anchor="middle" font-size="12">{escape(y.title)}</text>',
    ]
    for value in x.marks():
        parts.append(
            f'<text x="{x(value)}" y="{y.start + 16}" text-anchor="middle" font-size="11">'
            f"{show(value, 3)}</text>"
        )
    for value in y.marks():
        parts.append(
            f'<text x="{x.start - 6}" y="{y(value) + 4}" text-anchor="end" font-size="11">'
            f"{show(value, 4)}</text>"
        )
    return "".join(parts)


def _svg(body: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">{"".join(body)}</svg>'
    )
