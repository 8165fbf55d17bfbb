"""A plot of scan rates against corpus sizes, on logarithmic axes, as an SVG written by hand.

Each line is named at its end and has its own dashes and marks, so that it needs no colours.
"""

from __future__ import annotations

import math
from itertools import cycle
from typing import TYPE_CHECKING, Any

from benches.peers.drawing import INK, Axis, Style, polyline, stroke, text
from benches.peers.drivers.exchange import SCAN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEGA = 1e6
HEIGHT, TOP, BOTTOM = 430, 84, 62
LEFT, ACROSS, RIGHT = 62, 280, 178
PANEL = LEFT + ACROSS + RIGHT
LABEL_DISTANCE = 17
FAINT = "#dddddd"

MEMSCAN = "memscan"
MEMSCAN_STYLE = Style("#0b3d91", "", "circle", 3.2)
STYLES = (
    Style("#a63603", "7 3", "square"),
    Style("#2d7f5e", "2 3", "diamond"),
    Style("#6a51a3", "9 3 2 3", "triangle"),
    Style("#8a6508", "", "cross"),
    Style("#666666", "4 4", "square"),
)

Points = list[tuple[float, float]]


def draw_rates(sizes: Sequence[Mapping[str, Any]]) -> str:
    """Return the plot of the sizes of a record: a panel for each kind of text that was scanned."""
    tasks = [task for task in sizes[0]["memscan"]["tasks"] if task.startswith(SCAN)]
    panels = {task.partition(" ")[2]: scan_rates(sizes, task) for task in tasks}
    points = [point for lines in panels.values() for line in lines.values() for point in line]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    least, most = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    up = Axis(10.0**least, 10.0 ** max(most, least + 1), HEIGHT - BOTTOM, TOP)
    names = dict.fromkeys(name for lines in panels.values() for name in lines)
    styles = dict(zip([name for name in names if name != MEMSCAN], cycle(STYLES), strict=False))
    styles[MEMSCAN] = MEMSCAN_STYLE
    width = PANEL * len(panels)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
            'font-family="Helvetica, Arial, sans-serif" font-size="13" role="img" '
            'aria-label="Scan rate against corpus size, one line for each tool">'
        ),
        f'<rect width="{width}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 26, "Finding all matches of ten words or more", "start", size=16, bold=True),
        text(LEFT, 46, "megabytes of checked text a second, on one core", "start", size=12),
    ]
    for place, (kind, lines) in enumerate(panels.items()):
        start = PANEL * place + LEFT
        across = Axis(min(xs) / 1.25, max(xs) * 1.25, start, start + ACROSS)
        parts += [
            *_grid(across, up, sorted(set(xs))),
            text((across.start + across.end) / 2, TOP - 12, kind, "middle", bold=True),
            *(polyline(points, styles[name], across, up) for name, points in lines.items()),
            *_labels(lines, styles, across.end + 10, up),
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def scan_rates(sizes: Sequence[Mapping[str, Any]], task: str) -> dict[str, Points]:
    """Return for each tool its points: size and rate, in megabytes and megabytes a second.

    A tool that found something else than memscan, or nothing, has no point.
    """
    lines: dict[str, Points] = {}
    for size in sizes:
        working = {name: peer for name, peer in size["peers"].items() if "tasks" in peer}
        for name, figures in {MEMSCAN: size["memscan"], **working}.items():
            rate = figures["tasks"][task]
            if not rate.get("differs"):
                point = (size["corpus_bytes"] / MEGA, rate["bytes_per_second"] / MEGA)
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


def _labels(
    lines: Mapping[str, Points], styles: Mapping[str, Style], x: float, up: Axis
) -> list[str]:
    heights = spread([up(line[-1][1]) for line in lines.values()], LABEL_DISTANCE)
    return [
        text(
            x,
            y + 4.5,
            f"{name}  {line[-1][1]:.3g}",
            "start",
            colour=styles[name].colour,
            bold=name == MEMSCAN,
        )
        for y, (name, line) in zip(heights, lines.items(), strict=True)
    ]
