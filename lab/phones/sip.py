"""Just enough SIP (RFC 3261) to read and forward messages. Bytes stay as they came: headers are kept as Latin-1 text."""

import re
from dataclasses import dataclass, replace

COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type", "s": "subject"}
"""RFC 3261 §7.3.3."""

_ADDRESS = re.compile(r'^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>|^\s*([^;]+)')


class NotSip(ValueError):
    """The bytes are no SIP message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A From, To, Contact or P-Asserted-Identity: the name shown (UTF-8) and the user part, which is the number."""

    name: str
    user: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or a response."""

    first_line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def method(self) -> str:
        """INVITE, ...; empty for a response."""
        return "" if self.first_line.startswith("SIP/2.0 ") else self.first_line.split(" ", 1)[0]

    @property
    def status(self) -> int:
        """200, ...; 0 for a request."""
        return int(self.first_line[8:11]) if self.first_line.startswith("SIP/2.0 ") else 0

    @property
    def called(self) -> str:
        """The user part of the request URI."""
        return user_of(self.first_line.split(" ")[1]) if self.method else ""

    def header(self, name: str) -> str:
        """The first such header's value as it stands; empty if there is none."""
        return next((value for key, value in self.headers if _same(key, name)), "")

    def with_header(self, name: str, value: str) -> "Message":
        """With this header in front of all others."""
        return replace(self, headers=((name, value), *self.headers))

    def without_first(self, name: str) -> "Message":
        """Without the first value of this header, be it alone in its line or not."""
        at = next(number for number, (key, _) in enumerate(self.headers) if _same(key, name))
        key, value = self.headers[at]
        rest = value.split(",", 1)[1:]
        return replace(self, headers=(*self.headers[:at], *((key, left.strip()) for left in rest), *self.headers[at + 1 :]))

    def __bytes__(self) -> bytes:
        lines = (self.first_line, *(f"{key}: {value}" for key, value in self.headers), "", "")
        return "\r\n".join(lines).encode("latin-1") + self.body


def parse(data: bytes) -> Message:
    """Read one whole message.

    Raises:
        NotSip: it is none.
    """
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = re.sub(r"\r\n[ \t]+", " ", head.decode("latin-1")).split("\r\n")
    if not (re.match(r"SIP/2\.0 \d{3} ", first + " ") or re.match(r"[A-Z]+ \S+ SIP/2\.0$", first)):
        raise NotSip(f"a SIP message does not begin with {first[:60]!r}")
    headers = tuple((key.strip(), value.strip()) for key, colon, value in (line.partition(":") for line in lines) if colon)
    return Message(first_line=first, headers=headers, body=body)


def response(request: Message, status: int, reason: str, *, to_tag: str) -> Message:
    """The answer to a request, without a body (RFC 3261 §8.2.6)."""
    copied = [(key, value) for key, value in request.headers if COMPACT.get(key.lower(), key.lower()) in ("via", "from", "call-id", "cseq")]
    to = request.header("To")
    tagged = to if ";tag=" in to else f"{to};tag={to_tag}"
    return Message(first_line=f"SIP/2.0 {status} {reason}", headers=(*copied, ("To", tagged), ("Content-Length", "0")), body=b"")


def address_of(value: str) -> Address:
    """Take an address header apart; what cannot be read leaves its parts empty."""
    found = _ADDRESS.match(value)
    if not found:
        return Address(name="", user="", uri="")
    quoted, plain, uri, bare = found.groups()
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (plain or "")
    uri = (uri or bare or "").strip()
    return Address(name=name.encode("latin-1").decode("utf-8", "replace"), user=user_of(uri), uri=uri)


def user_of(uri: str) -> str:
    """The user part of a SIP URI, or the number of a tel URI; empty where there is none."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() == "tel":
        return rest.split(";")[0]
    user, at, _ = rest.partition("@")
    return re.split("[;:]", user)[0] if at else ""


def _same(key: str, name: str) -> bool:
    key, name = key.lower(), name.lower()
    return key == name or COMPACT.get(key) == name
