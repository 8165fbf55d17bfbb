"""JSON as Python's tools write it: with ``NaN`` and ``Infinity``, which become null."""

import json

import orjson


def parse_loosely(data: bytes | bytearray) -> object:
    """Return the value of a JSON text.

    Raises:
        orjson.JSONDecodeError: It is none, is nested too deeply, or holds lone surrogates.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        if b"NaN" not in data and b"Infinity" not in data:
            raise
        try:
            return orjson.loads(orjson.dumps(json.loads(data)))
        except (ValueError, RecursionError, TypeError):
            pass
        raise
