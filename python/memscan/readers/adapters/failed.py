"""What a service says of a request that got no answer, in one line."""

from memscan.readers.messages import printable
from memscan.readers.values import RecordError

_LONGEST_SAID = 300


def failed(error: object, what: str = "the request failed") -> RecordError:
    """Return the error for a request without an answer.

    Args:
        error: What the service says: an object with a code, a type and a message, or anything.
        what: What happened, to begin with.
    """
    fields = error if isinstance(error, dict) else {"message": error}
    said = [short(fields[name]) for name in ("code", "type", "message") if fields.get(name)]
    return RecordError(": ".join([what, *dict.fromkeys(said)]), is_failure=True)


def short(value: object) -> str:
    """Return a value out of a record for a message: printable, one line, not long."""
    text = " ".join(str(value).split())
    return printable(text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID]} ...")
