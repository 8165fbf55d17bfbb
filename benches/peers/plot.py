"""A plot of scan rates against corpus sizes, on logarithmic axes, as an SVG written by hand.

Each line is named at its end and has its own dashes and marks, so that it needs no colours.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benches.peers.drawing import INK, Axis, Style, polyline, stroke, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEGA = 1e6
WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 64, 62
LABEL_DISTANCE = 17
FAINT = "#dddddd"

MEMSCAN = Style("#0b3d91", "", "circle", 3.2)
STYLES = (
    Style("#a63603", "7 3", "square"),
    Style("#2d7f5e", "2 3", "diamond"),
    Style("#6a51a3", "9 3 2 3", "triangle"),
    Style("#b8860b", "", "cross"),
    Style("#666666", "4 4", "square"),
)

Points = list[tuple[float, float]]


def draw_rates(sizes: Sequence[Mapping[str, Any]]) -> str:
    """Return the plot of the sizes of a record."""
    lines = scan_rates(sizes)
    points = [point for line in lines.values() for point in line]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    across = Axis(min(xs) / 1.25, max(xs) * 1.25, LEFT, WIDTH - RIGHT)
    least, most = (
        round_(math.log10(y)) for round_, y in ((math.floor, min(ys)), (math.ceil, max(ys)))
    )
    up = Axis(10.0**least, 10.0 ** max(most, least + 1), HEIGHT - BOTTOM, TOP)
    styles = iter(STYLES * len(lines))
    drawn = {
        name: (line, MEMSCAN if name == "memscan" else next(styles)) for name, line in lines.items()
    }
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="Helvetica, Arial, sans-serif" font-size="13" role="img" '
            'aria-label="Scan rate against corpus size, one line for each tool">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 26, "Finding all matches of ten words or more", "start", size=16, bold=True),
        text(LEFT, 46, "megabytes of checked text a second, on one core", "start", size=12),
        *_grid(across, up, sorted(set(xs))),
        *(polyline(points, style, across, up) for points, style in drawn.values()),
        *_labels(drawn, up),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def scan_rates(sizes: Sequence[Mapping[str, Any]]) -> dict[str, Points]:
    """Return for each tool its points: size and rate, in megabytes and megabytes a second.

    A tool that found something else than memscan, or nothing, has no point.
    """
    lines: dict[str, Points] = {}
    for size in sizes:
        right = {name: peer for name, peer in size["peers"].items() if peer["status"] == "agrees"}
        for name, figures in {"memscan": size["memscan"], **right}.items():
            point = (size["corpus_bytes"] / MEGA, figures["scan"]["bytes_per_second"] / MEGA)
            lines.setdefault(name, []).append(point)
    return lines


def spread(heights: Sequence[float], distance: float) -> list[float]:
    """Move heights apart until any two are a distance from each other; their order stays.

    Those that are too close become a block around where they were.
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    blocks: list[list[int]] = []

    def top(block: list[int]) -> float:
        middle = sum(heights[place] for place in block) / len(block)
        return middle - distance * (len(block) - 1) / 2

    for place in order:
        block = [place]
        while blocks and top(blocks[-1]) + distance * len(blocks[-1]) > top(block):
            block = blocks.pop() + block
        blocks.append(block)
    moved = list(heights)
    for block in blocks:
        for number, place in enumerate(block):
            moved[place] = top(block) + distance * number
    return moved


def _grid(across: Axis, up: Axis, sizes: Sequence[float]) -> list[str]:
    parts = []
    for value in up.decades():
        y = up(value)
        parts.append(stroke(across.start, y, across.end, y, FAINT))
        parts.append(text(across.start - 8, y + 4.5, f"{value:g}", "end"))
    for size in sizes:
        x = across(size)
        parts.append(stroke(x, up.start, x, up.start + 5, INK))
        parts.append(text(x, up.start + 21, f"{size:.3g}", "middle"))
    parts.append(stroke(across.start, up.start, across.end, up.start, INK))
    middle = (across.start + across.end) / 2
    return [*parts, text(middle, HEIGHT - 18, "megabytes of corpus", "middle", size=12)]


def _labels(drawn: Mapping[str, tuple[Points, Style]], up: Axis) -> list[str]:
    heights = spread([up(line[-1][1]) for line, _ in drawn.values()], LABEL_DISTANCE)
    return [
        text(
            WIDTH - RIGHT + 10,
            y + 4.5,
            f"{name}  {line[-1][1]:.3g}",
            "start",
            colour=style.colour,
            bold=name == "memscan",
        )
        for y, (name, (line, style)) in zip(heights, drawn.items(), strict=True)
    ]
