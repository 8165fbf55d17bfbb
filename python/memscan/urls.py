"""URLs as users write them, and as they are written down: without credentials.

A URL is what ``fsspec`` takes for one: ``s3://bucket/a.jsonl``, or links that are read out of each
other, as ``zip://a.jsonl::https://host/a.zip``. What may open something is shown as ``***``: user
and password before the host, and a query, which may be a signature. So a URL with a new signature
is still the same, and none is ever in a results folder, a report or a message.
"""

import re
from dataclasses import dataclass

_LINK = r"[A-Za-z][A-Za-z0-9+._-]+"
_IS_URL = re.compile(rf"(?:{_LINK}::)*{_LINK}://")
_COLLAPSED = re.compile(rf"(?:{_LINK}::)*{_LINK}:/")
_IS_WEB = re.compile(r"(?:\w+::)*https?://", re.IGNORECASE)
_HEAD_AND_TAIL = re.compile(rf"((?:{_LINK}::)*{_LINK}://(?:(?!::).)*)(.*)", re.DOTALL)
_WHOLE_ARCHIVE = re.compile(r"(zip|tar|libarchive)::(.*)", re.DOTALL)

_HIDDEN = "***"
_IS_HIDDEN = re.compile(r"://\*\*\*@|\?\*\*\*(?:::|$)")
_USER = re.compile(
    rf"(?P<protocol>{_LINK})://"
    r"(?P<secret>[^\s/?#]*|[^\s/?#@:]*:(?!:|\d+(?:[/?#\s]|$))(?:(?!::)\S)*)@"
)
_END = r"(?=::|\s|$|['\")>\]](?:[\s,.;:)]|$))"
_QUERY = re.compile(
    rf"(?P<before>https?://[^\s?#]*?|{_LINK}://[^\s?#]*(?=\?[\w.~%-]+=))[?#](?P<secret>\S*?){_END}"
)
_NAMES_OF_REPOSITORIES = frozenset({"github"})
_SHORTEST_SECRET = 4


@dataclass(frozen=True, slots=True)
class Url:
    """A URL in two pieces, so that the names of files can be looked at.

    Attributes:
        head: Protocol and path: ``s3://bucket/a.jsonl``, ``zip://a.jsonl``.
        tail: What follows: a query, and the links that it is read out of.
    """

    head: str
    tail: str = ""

    @classmethod
    def of(cls, text: str) -> "Url":
        """Take apart what ``is_url`` says is one."""
        if archive := _WHOLE_ARCHIVE.fullmatch(text):
            return cls(f"{archive[1]}://", f"::{archive[2]}")
        found = _HEAD_AND_TAIL.fullmatch(text)
        head, tail = (found[1], found[2]) if found else (text, "")
        if _IS_WEB.match(head) and (query := re.search(r"[?#]", head)):
            head, tail = head[: query.start()], head[query.start() :] + tail
        return cls(head, tail)

    @property
    def start(self) -> str:
        """What stands before the path: ``s3://``."""
        before, separator, _ = self.head.partition("://")
        return before + separator

    @property
    def path(self) -> str:
        """The path, the host or the bucket included."""
        return self.head[len(self.start) :]

    @property
    def is_folder_of_web(self) -> bool:
        """Whether it names a folder of a web server, which only its last slash tells."""
        return bool(_IS_WEB.match(self.head)) and self.head.endswith("/")

    def at(self, path: str) -> "Url":
        """Return the URL of another path there."""
        return Url(self.start + path, self.tail)

    def __str__(self) -> str:
        """Return the whole URL, with what is secret in it."""
        return self.head + self.tail


def is_url(path: object) -> bool:
    """Whether a path is to be read by ``fsspec``."""
    return isinstance(path, str) and _IS_URL.match(path) is not None


def was_url(path: object) -> bool:
    """Whether a path is a URL, or was one before ``pathlib`` made one slash of two."""
    return _COLLAPSED.match(str(path)) is not None


def lacks_credentials(url: str) -> bool:
    """Whether a URL was written down without its credentials."""
    return _IS_HIDDEN.search(url) is not None


def without_credentials(text: str) -> str:
    """Return a URL, or a text with URLs in it, with ``***`` for what may be secret."""
    if "://" not in text:
        return text
    return _QUERY.sub(rf"\g<before>?{_HIDDEN}", _USER.sub(_user_hidden, text))


def credentials_of(url: str) -> list[str]:
    """Return what is secret in a URL, as it may stand in a message by itself; longest first."""
    users = [one["secret"] for one in _USER.finditer(url) if _is_secret(one)]
    queries = [one["secret"] for one in _QUERY.finditer(url)]
    pieces = [user.partition(":")[2] for user in users]
    pieces += [pair.partition("=")[2] for query in queries for pair in query.split("&")]
    found = {one for one in (*users, *queries, *pieces) if len(one) >= _SHORTEST_SECRET}
    return sorted(found, key=len, reverse=True)


def _user_hidden(found: re.Match[str]) -> str:
    return f"{found['protocol']}://{_HIDDEN}@" if _is_secret(found) else found[0]


def _is_secret(found: re.Match[str]) -> bool:
    """Whether what stands before a host is a secret, and not the name of a container."""
    protocol, user = found["protocol"].lower(), found["secret"]
    if protocol in _NAMES_OF_REPOSITORIES:
        return False
    return ":" in user or protocol in ("http", "https")
