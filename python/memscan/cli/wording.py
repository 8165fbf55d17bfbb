"""Numbers as people read them, each share with its denominator."""

LARGEST_UNDER = 0.0005
KILO = 1000
MINUTE = 60


def counted(number: int, noun: str) -> str:
    """Return the number with its noun: ``1 word``, ``1,234 words``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def occurrences(count: int, document_count: int, *, is_capped: bool) -> str:
    """Return how often a passage stands in the corpus: ``3 times in 2 documents``.

    The count is exact in any case; of a capped one, there may be more documents.
    """
    least = "at least " if is_capped else ""
    return f"{counted(count, 'time')} in {least}{counted(document_count, 'document')}"


def share(part: int, whole: int, noun: str) -> str:
    """Return a part of a whole: ``12 of 52 words (23.1 %)``."""
    text = f"{part:,} of {counted(whole, noun)}"
    return f"{text} ({percent(part / whole)})" if whole else text


def percent(value: float) -> str:
    """Return a share in per cent; what is not quite none or all is not shown as none or all."""
    if 0 < value < LARGEST_UNDER:
        return "under 0.1 %"
    if 1 - LARGEST_UNDER < value < 1:
        return "over 99.9 %"
    return f"{100 * value:.1f} %"


def size(number_bytes: float) -> str:
    """Return a number of bytes in decimal units: ``139.1 MB``."""
    if number_bytes < KILO:
        return f"{number_bytes:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        number_bytes /= KILO
        if number_bytes < KILO:
            return f"{number_bytes:.1f} {unit}"
    return f"{number_bytes / KILO:.1f} TB"


def duration(seconds: float) -> str:
    """Return a time: ``4.2 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
