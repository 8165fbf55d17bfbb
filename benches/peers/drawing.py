"""The parts of a plot, as SVG: axes, lines with marks, strokes and text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

INK = "#1a1a1a"


@dataclass(frozen=True, slots=True)
class Style:
    """How a line looks.

    Attributes:
        colour: Of the line, its marks and its name; each of another lightness.
        dashes: As SVG has them; empty for a solid line.
        mark: ``circle``, ``square``, ``diamond``, ``triangle`` or ``cross``.
        width: Of the line.
    """

    colour: str
    dashes: str
    mark: str
    width: float = 1.8


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis.

    Attributes:
        least: The value where it starts.
        most: The value where it ends.
        start: Where it starts in the picture.
        end: Where it ends.
    """

    least: float
    most: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where a value stands."""
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return self.start + share * (self.end - self.start)

    def decades(self) -> list[float]:
        """Return the powers of ten on it."""
        first, last = math.ceil(math.log10(self.least)), math.floor(math.log10(self.most))
        return [10.0**power for power in range(first, last + 1)]


def polyline(points: Sequence[tuple[float, float]], style: Style, across: Axis, up: Axis) -> str:
    """Return a line through values, each with a mark."""
    places = [(across(x), up(y)) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{style.colour}" '
        f'stroke-width="{style.width}"{dashes}/>' + "".join(_mark(x, y, style) for x, y in places)
    )


def _mark(x: float, y: float, style: Style) -> str:
    r = 2.6 + style.width / 2
    shapes = {
        "circle": f"M{x - r:.1f},{y:.1f}a{r},{r} 0 1 0 {2 * r},0a{r},{r} 0 1 0 {-2 * r},0z",
        "square": f"M{x - r:.1f},{y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}z",
        "diamond": f"M{x:.1f},{y - r - 1:.1f}l{r + 1},{r + 1}l{-r - 1},{r + 1}l{-r - 1},{-r - 1}z",
        "triangle": f"M{x:.1f},{y - r - 1:.1f}l{r + 1},{2 * r}h{-2 * r - 2}z",
        "cross": f"M{x - r:.1f},{y - r:.1f}l{2 * r},{2 * r}m0,{-2 * r}l{-2 * r},{2 * r}",
    }
    return f'<path d="{shapes[style.mark]}" fill="{style.colour}" stroke="{style.colour}"/>'


def stroke(x: float, y: float, to_x: float, to_y: float, colour: str) -> str:
    """Return a thin straight line between two places."""
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" '
        f'stroke="{colour}" stroke-width="1"/>'
    )


def text(  # noqa: PLR0913 - the last three are keyword-only
    x: float,
    y: float,
    words: str,
    anchor: str,
    *,
    size: int = 13,
    colour: str = INK,
    bold: bool = False,
) -> str:
    """Return words that start, end or have their middle at a place, as ``anchor`` says."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}"{weight}>{escape(words)}</text>'
    )
