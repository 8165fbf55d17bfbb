"""What ``memscan scan --dry-run`` prints."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from memscan.cli import console
from memscan.cli.wording import counted, duration, size
from memscan.records import Generation

if TYPE_CHECKING:
    from memscan.estimating import Estimate
    from memscan.records import InputFile, Rejection

TEXT_SHOWN = 200
PROMPT_SHOWN = 100


def show_estimate(estimate: "Estimate", *, json: bool) -> None:
    """Print what a scan would be."""
    if json:
        records = [
            record._asdict() if isinstance(record, Generation) else asdict(record)
            for record in estimate.records
        ]
        console.show_json(asdict(estimate) | {"records": records})
        return
    total = "of unknown size" if estimate.bytes is None else size(estimate.bytes)
    console.show(f"would scan {counted(estimate.files, 'file')}, {total}")
    for file in estimate.sampled:
        console.show(f"  {_detected(file)}")
        if file.split:
            signs = ", ".join(f"{sign} ({count:,})" for sign, count in file.split.items())
            console.show(f"    texts split into reasoning and completion: by {signs}")
    if estimate.files > len(estimate.sampled):
        console.show(f"  and {estimate.files - len(estimate.sampled):,} more, not looked into")
    console.show("the first records:")
    for record in estimate.records:
        for line in _shown(record):
            console.show(f"  {line}")
    for line in _costs(estimate):
        console.show(line)


def _detected(file: "InputFile") -> str:
    fields = (f"{role} = {name}" for role, name in file.detected.items() if role != "format")
    what = [file.detected.get("format", "unknown"), *fields]
    return console.visible(f"{file.path}: {', '.join(what)}")


def _shown(record: "Generation | Rejection") -> list[str]:
    if not isinstance(record, Generation):
        return [console.one_line(f"rejected: {record.reason}")]
    model = f" by {record.model}" if record.model else ""
    lines = [f"{record.id}{model}, {counted(len(record.text), 'character')}"]
    if record.prompt is not None:
        lines.append(f"  prompt: {_beginning(record.prompt, PROMPT_SHOWN)}")
    lines.append(f"  text: {_beginning(record.text, TEXT_SHOWN)}")
    return [console.visible(line) for line in lines]


def _beginning(text: str, length: int) -> str:
    start = console.one_line(text[:length])
    return f"{start} ..." if len(text) > length else start


def _costs(estimate: "Estimate") -> list[str]:
    measured = (
        f"measured on {counted(estimate.sampled_records, 'record')}, {size(estimate.sampled_bytes)}"
    )
    if estimate.rejected:
        measured += f"; {estimate.rejected:,} of them would be rejected"
    memory = (
        f"memory: about {size(estimate.memory_bytes)}, and what is needed of the index "
        f"({size(estimate.index_bytes)}, mapped)"
    )
    if estimate.seconds is None or estimate.table_bytes is None:
        return [f"time and disk: unknown, as the size is ({measured})", memory]
    records = counted(estimate.expected_records or 0, "record")
    return [
        f"time: about {duration(estimate.seconds)} for {records} or so here ({measured})",
        memory,
        f"disk: about {size(estimate.table_bytes)} for the results, and as much again meanwhile",
    ]
