"""A run's convergence as a small SVG: best so far and mean by generation.

It is written without a plotting library, which would take longer (20 to 60 ms) than all other
tracking of a run.
"""

from collections.abc import Sequence
from html import escape
from typing import TypeGuard

from evosweep.records.record import TraitFields
from evosweep.track.content.history import History
from evosweep.track.content.ticks import labels, ticks

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 86, 16, 46, 54
_ACROSS, _UP = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
_COLOURS = {"best so far": "#0072B2", "mean": "#D55E00"}  # told apart by colour-blind readers too
_GOAL = "#666666"
_DASHES = {"best so far": "none", "mean": "6 4", "goal": "2 3"}
_Point = tuple[float, float]
_Curve = list[_Point]


def convergence_plot(history: History, title: str, traits: TraitFields) -> bytes:
    """Return an SVG of the best so far and the mean by generation; of the first of several
    objectives."""
    curves = _curves(history)
    goal = _goal(traits)
    points = [point for curve in curves.values() for point in curve]
    if not points:
        return _document([_text(_WIDTH / 2, _HEIGHT / 2, "no values recorded")])
    frame = _Frame(points, list(goal.values()))
    parts = [_text(_LEFT, 20, _clipped(title), anchor="start", size=14), *frame.axes()]
    parts += [frame.goal(value) for value in goal.values()]
    parts += [frame.curve(name, curve) for name, curve in curves.items()]
    return _document(parts + _legend(list(curves), goal))


def _goal(traits: TraitFields) -> dict[str, float]:
    """Return the goal of the curves: the optimum, else the target, with its name."""
    declared = {name: traits.get(name) for name in ("optimum", "target")}
    return dict([(name, value) for name, value in declared.items() if _is_number(value)][:1])


class _Frame:
    """Converts values to positions in the picture."""

    def __init__(self, points: _Curve, levels: Sequence[float]) -> None:
        steps, values = zip(*points, strict=True)
        low, high = min(*values, *levels, values[0]), max(*values, *levels, values[0])
        low, high = _apart(low, high)
        margin = 0.04 * (high - low)
        self.x = (float(min(steps)), float(max(*steps, min(steps) + 1)))
        self.y = (low - margin, high + margin)

    def at(self, step: float, value: float) -> tuple[float, float]:
        (left, right), (low, high) = self.x, self.y
        across, up = (step - left) / (right - left), (value - low) / (high - low)
        return _LEFT + across * _ACROSS, _HEIGHT - _BOTTOM - up * _UP

    def axes(self) -> list[str]:
        bottom, top = _HEIGHT - _BOTTOM, _TOP
        parts = []
        levels = ticks(*self.y)
        for value, label in zip(levels, labels(levels), strict=True):
            y = self.at(self.x[0], value)[1]
            parts.append(_line((_LEFT, y), (_WIDTH - _RIGHT, y), "#e2e2e2"))
            parts.append(_text(_LEFT - 8, y + 4, label, anchor="end"))
        steps = ticks(*self.x, whole=True)
        for step, label in zip(steps, labels(steps), strict=True):
            x = self.at(step, self.y[0])[0]
            parts.append(_line((x, bottom), (x, bottom + 5), "#444"))
            parts.append(_text(x, bottom + 20, label))
        parts.append(_line((_LEFT, bottom), (_WIDTH - _RIGHT, bottom), "#444"))
        parts.append(_line((_LEFT, top), (_LEFT, bottom), "#444"))
        parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, "generation"))
        middle = (top + bottom) / 2
        turn = f'transform="rotate(-90 18 {middle})"'
        return [*parts, _text(18, middle, "fitness (objective value)", extra=turn)]

    def curve(self, name: str, points: _Curve) -> str:
        places = [number for point in points for number in self.at(*point)]
        path = (len(points) * "%.1f,%.1f ")[:-1] % tuple(places)
        style = f'stroke="{_COLOURS[name]}" stroke-dasharray="{_DASHES[name]}"'
        return f'<polyline fill="none" stroke-width="2" {style} points="{path}"/>'

    def goal(self, value: float) -> str:
        y = self.at(self.x[0], value)[1]
        dashes = f'stroke-dasharray="{_DASHES["goal"]}"'
        return _line((_LEFT, y), (_WIDTH - _RIGHT, y), _GOAL, dashes)


def _apart(low: float, high: float) -> tuple[float, float]:
    """Return the interval, widened if its ends are too close for ticks between them."""
    near = 1e-9 * max(abs(low), abs(high))
    if high - low > near:
        return low, high
    return low - max(0.5, near), high + max(0.5, near)


def _curves(history: History) -> dict[str, _Curve]:
    curves = {}
    for name, column in (("best so far", "best_so_far"), ("mean", "mean")):
        values = history.columns.get(column) or history.columns.get(f"{column}_0") or []
        pairs = zip(history.generations, values, strict=False)
        points = [(float(step), value) for step, value in pairs if _is_number(value)]
        if points:
            curves[name] = points
    return curves


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and abs(value) < 1e300


def _legend(names: list[str], goal: dict[str, float]) -> list[str]:
    items = [(name, _COLOURS[name], _DASHES[name]) for name in names]
    items += [(f"{name} {value:.6g}", _GOAL, _DASHES["goal"]) for name, value in goal.items()]
    parts = []
    for place, (name, colour, dashes) in enumerate(items):
        x = _LEFT + 110 * place
        style = f'stroke-width="2" stroke-dasharray="{dashes}"'
        parts.append(_line((x, 36), (x + 26, 36), colour, style))
        parts.append(_text(x + 32, 40, name, anchor="start"))
    return parts


def _clipped(title: str) -> str:
    return title if len(title) <= 92 else title[:91] + "…"


def _line(start: _Point, end: _Point, colour: str, extra: str = "") -> str:
    (x1, y1), (x2, y2) = start, end
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" {extra}/>'


def _text(
    x: float, y: float, text: str, anchor: str = "middle", size: int = 12, extra: str = ""
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f"<text {place} {extra}>{escape(text)}</text>"


def _document(parts: list[str]) -> bytes:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" fill="#222">'
    )
    paper = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join([head, paper, *parts, "</svg>"]).encode()
