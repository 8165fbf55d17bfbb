"""Outputs for AlpacaEval: ``instruction``, ``output`` and ``generator``, in its own order."""

from collections.abc import Iterable, Sequence

from memscan.readers.adapters.answer import Answer, FormatAdapter, Found
from memscan.readers.values import Record, as_optional_text, as_text
from memscan.records import COMPLETION


class AlpacaEval(FormatAdapter):
    """Reads one file of model outputs.

    An output has no id of its own. What tells it apart is the generator and its place among the
    generator's outputs, which is that of its instruction in the set, from zero.
    """

    name = "alpaca-eval"

    def __init__(self, first: Sequence[Record]) -> None:  # noqa: ARG002 - as for all formats
        """Start counting the outputs of each generator."""
        self._counts: dict[str, int] = {}
        self.told = {
            "text": "output",
            "id": "generator:position",
            "prompt": "instruction",
            "model": "generator",
        }

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has the three fields."""
        return all(
            isinstance(record.get(name), str) for name in ("instruction", "output", "generator")
        )

    def record_id(self, record: Record) -> str | None:
        """Return the generator and the output's place."""
        generator = record.get("generator")
        if not isinstance(generator, str):
            return None
        place = self._counts[generator] = self._counts.get(generator, -1) + 1
        return f"{generator}:{place}"

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the output."""
        return [
            Answer(
                parts={COMPLETION: as_text(record.pop("output", None), "output")},
                prompt=as_optional_text(record.pop("instruction", None), "instruction"),
                model=as_optional_text(record.pop("generator", None), "generator"),
            )
        ]
