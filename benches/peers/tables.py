"""The figures as Markdown, and what the peers do not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benches.peers.table import Peer

MEGA = 1e6
MANY = 10


def table_of_size(size: Mapping[str, Any]) -> str:
    """Return the tables of one corpus size: the index, and one of each task."""
    memscan, peers = size["memscan"], size["peers"]
    title = (
        f"### {size['corpus_bytes'] / MEGA:.1f} MB\n\n"
        f"{size['documents']:,} documents, {size['words']:,} words, "
        f"{size['different_words']:,} different, {size['rare_words']:,} not numbered."
    )
    working = {name: peer for name, peer in peers.items() if peer["status"] != "failed"}
    index = _table(
        ("tool", "build s", "MB/s", "build peak MB", "index, bytes a byte", "open ms", "peak MB"),
        [
            (name, *_index_cells(figures, size["corpus_bytes"]))
            for name, figures in {"memscan": memscan, **working}.items()
        ],
    )
    tasks = [_table_of_task(task, own, working) for task, own in memscan["tasks"].items()]
    failed = [f"- {name}: {peer['problem']}" for name, peer in peers.items() if name not in working]
    return "\n\n".join(part for part in (title, index, *tasks, "\n".join(failed)) if part)


def _table_of_task(
    task: str, own: Mapping[str, Any], peers: Mapping[str, Mapping[str, Any]]
) -> str:
    found = (
        f": {own['matches']:,} matches in {own['queries_with_matches']:,} of {own['queries']:,}"
        if "matches" in own
        else ""
    )
    head = ("tool", "way", "queries", "million words/s", "MB/s", "memscan MB/s", "times slower")
    rows = [
        ("memscan", "", *_own_cells(own), "", "", ""),
        *((name, *_way_cells(peer["tasks"][task])) for name, peer in peers.items()),
    ]
    return f"{task.capitalize()}{found}\n\n" + _table((*head, "verified"), rows)


def table_of_limits(peers: Sequence[Peer]) -> str:
    """Return what each tool does not do, of what memscan does."""
    rows = [
        (f"{peer.requirements[0].replace('==', ' ')}", peer.ways, "; ".join(peer.lacks))
        for peer in peers
    ]
    return _table(("tool", "used", "does not do"), rows)


def _index_cells(figures: Mapping[str, Any], corpus_bytes: int) -> tuple[str, ...]:
    in_memory = "index_memory_bytes" in figures
    size = figures["index_memory_bytes" if in_memory else "index_bytes"] / corpus_bytes
    return (
        _short(figures["build_seconds"]),
        _short(figures["build_bytes_per_second"] / MEGA),
        f"{figures['build_peak_bytes'] / MEGA:.0f}",
        f"{size:.1f} in memory" if in_memory else f"{size:.2f}",
        "not kept" if in_memory else _short(1000 * figures["open_seconds"]),
        f"{figures['answer_peak_bytes'] / MEGA:.0f}",
    )


def _own_cells(task: Mapping[str, Any]) -> tuple[str, ...]:
    return (f"{task['queries']:,}", *_rate_cells(task))


def _way_cells(task: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"`{task['way']}`",
        f"{task['queries']:,}",
        *_rate_cells(task),
        _short(task["memscan_bytes_per_second"] / MEGA),
        _short(task["memscan_is_faster_by"]),
        "differs" if task["differs"] else "agrees",
    )


def _rate_cells(task: Mapping[str, Any]) -> tuple[str, str]:
    return _short(task["words_per_second"] / MEGA), _short(task["bytes_per_second"] / MEGA)


def _short(value: float) -> str:
    """Write a figure with about two digits that count."""
    return f"{value:,.0f}" if value >= MANY else f"{value:.2g}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
