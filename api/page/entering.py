"""What lets a browser in after the code: a cookie that says which issue of which link, until when, and is signed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tickets.link_code import same, signed
from tickets.links import Link

_NO_ISSUE: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """Makes and reads them at one moment. Nothing is kept for a session, so that any engine can serve it."""

    secret: str = field(repr=False)
    hotline: str
    now: datetime

    def cookie_name(self, link_id: str) -> str:
        """Each link has its own, so that two tickets in two tabs do not get into each other's way."""
        return f"zhida_{link_id}"

    def cookie(self, link: Link, *, session_s: float) -> tuple[str, str, int]:
        """Name, value, and for how many seconds it is good."""
        until = self.now.timestamp() + session_s
        if link.expires is not None:
            until = min(until, link.expires.timestamp())
        words = f"{link.issue}.{int(until)}"
        return self.cookie_name(link.link_id), f"{words}.{self._sign(link.link_id, words)}", max(0, int(until - self.now.timestamp()))

    def issue_of(self, cookie: str, link_id: str) -> int:
        """The issue of the code that the cookie was given for; one that never was, where it is not ours or over."""
        words, _, signature = cookie.rpartition(".")
        issue, _, until = words.partition(".")
        good = same(signature, self._sign(link_id, words)) and bool(self.secret)
        if not good or int(until) <= self.now.timestamp():
            return _NO_ISSUE
        return int(issue)

    def token(self, cookie: str) -> str:
        """What a form of this session carries."""
        return signed(self.secret, "form", self.hotline, cookie)

    def is_ours(self, token: str, cookie: str) -> bool:
        """Whether the form came with a page of this very session."""
        return same(token, self.token(cookie))

    def _sign(self, link_id: str, words: str) -> str:
        return signed(self.secret, "session", self.hotline, link_id, words)
