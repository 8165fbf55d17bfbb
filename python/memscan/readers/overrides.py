"""Fields that the user names for what a format has elsewhere: the id, the prompt, the model."""

from collections.abc import Sequence
from dataclasses import dataclass

from memscan.readers.fields import Field, Wanted, find_named, take
from memscan.readers.values import Record, as_id, as_optional_text


@dataclass(frozen=True, slots=True)
class Overridden:
    """What the named fields of a record say; ``None`` where none is named or there."""

    id: str | None = None
    prompt: str | None = None
    model: str | None = None


NOTHING = Overridden()


class Overrides:
    """The fields that a user named, looked up before a format's own."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        """Take what is wanted, of which only what the user named counts."""
        self._wanted = [one for one in wanted if one.named is not None]
        self._fields: dict[str, Field] = {}

    def forget(self) -> None:
        """Start a file in which no field is found yet."""
        self._fields = {}

    def find(self, records: Sequence[Record], shown: str, *, is_needed: bool) -> None:
        """Find the named fields in the first records of a file.

        Args:
            records: The records.
            shown: The file, for messages.
            is_needed: Whether the format does not look for them itself.

        Raises:
            InputError: No record has one of them.
        """
        self._fields = find_named(self._wanted, records, shown) if is_needed else {}

    def take(self, record: Record) -> Overridden:
        """Take the named fields out of a record.

        Raises:
            RecordError: One has the wrong type.
        """
        if not self._fields:
            return NOTHING
        return Overridden(
            as_id(take(record, self._fields.get("id"))),
            as_optional_text(take(record, self._fields.get("prompt")), "prompt"),
            as_optional_text(take(record, self._fields.get("model")), "model"),
        )
