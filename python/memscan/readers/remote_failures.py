"""What goes wrong with a filesystem of ``fsspec``, as errors like those of local files.

Every library has exceptions of its own, and many are no ``OSError``. Here each becomes one, with
the URL as its file name and a number by which it is known that the system failed and not the file.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from memscan.errors import InputError, MemscanError
from memscan.readers.messages import path_text, printable, shown
from memscan.urls import credentials_of, lacks_credentials, without_credentials

_NEEDS_FSSPEC = 'install it with: pip install "memscan[remote]"'
_LONGEST_REASON = 300

_NUMBERS: dict[type[BaseException], int] = {
    FileNotFoundError: errno.ENOENT,
    PermissionError: errno.EACCES,
    IsADirectoryError: errno.EISDIR,
    NotADirectoryError: errno.ENOTDIR,
    TimeoutError: errno.ETIMEDOUT,
}
_NUMBERS_OF_STATUS = {401: errno.EACCES, 403: errno.EACCES, 404: errno.ENOENT, 410: errno.ENOENT}


def open_filesystem(url: str) -> tuple[Any, str]:
    """Return the filesystem of a URL, and the place that it means there.

    Raises:
        InputError: ``fsspec``, or what it needs for the protocol, is not installed; there is no
            such protocol; or the URL was written down without its credentials.
        OSError: It cannot be reached.
    """
    if lacks_credentials(url):
        raise InputError(
            f"{shown(url)} is written without its credentials, which are never kept",
            hint="give the whole URL again; credentials in the environment need none in the URL",
        )
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - not everybody has it
        from fsspec.registry import get_filesystem_class  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(f"{shown(url)} is remote, which needs fsspec", _NEEDS_FSSPEC) from error
    for link in url.split("::"):
        protocol, separator, _ = link.partition("://")
        if separator:
            _refuse_unknown(url, protocol, get_filesystem_class)
    with naming(url):
        filesystem, place = url_to_fs(url)
    return filesystem, place


@contextmanager
def naming(url: str) -> Iterator[None]:
    """Raise whatever a filesystem raises as an ``OSError`` that names the URL."""
    try:
        yield
    except MemscanError:
        raise
    except Exception as error:  # noqa: BLE001 - each library has its own
        raise failure(url, error) from None


def failure(url: str, error: Exception) -> OSError:
    """Return the ``OSError`` for what a filesystem raised, with nothing secret in it."""
    cause = error.__cause__
    if isinstance(error, FileNotFoundError) and isinstance(cause, Exception) and _says_more(cause):
        error = cause  # http and hf say "not found" of whatever happened
    number = _number(error)
    is_plain = type(error) in _NUMBERS or number == errno.ENOENT
    reason = os.strerror(number) if is_plain else _reason(url, error)
    return OSError(number, reason, path_text(url))


def _says_more(cause: Exception) -> bool:
    is_other = isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError)
    return is_other or hasattr(cause, "status")


def _number(error: Exception) -> int:
    status = getattr(error, "status", None)
    if isinstance(status, int) and status in _NUMBERS_OF_STATUS:
        return _NUMBERS_OF_STATUS[status]
    known = next((number for kind, number in _NUMBERS.items() if isinstance(error, kind)), None)
    if known is not None:
        return known
    number = error.errno if isinstance(error, OSError) else None
    return number if number not in (None, errno.EINVAL) else errno.EIO


def _reason(url: str, error: Exception) -> str:
    text = str(error).strip()
    for secret in credentials_of(url):
        text = text.replace(secret, "***")
    lines = without_credentials(text).splitlines()
    return printable(lines[0][:_LONGEST_REASON]) if lines else type(error).__name__


def _refuse_unknown(url: str, protocol: str, get_class: Any) -> None:  # noqa: ANN401 - no types
    try:
        get_class(protocol)
    except ValueError:
        raise InputError(
            f"{shown(url)}: fsspec knows no protocol {printable(protocol)!r}",
            hint="such as s3, gs, abfs, hf, https, sftp, or zip://FILE::URL",
        ) from None
    except ImportError as error:
        package = (getattr(error.__cause__, "name", None) or protocol).partition(".")[0]
        raise InputError(
            f"{shown(url)} cannot be read here: {printable(str(error))}",
            hint=f"install it with: pip install {package}",
        ) from None
