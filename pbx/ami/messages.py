"""What comes over AMI, as facts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AmiEvent:
    """Something happened in Asterisk, or one entry of a list that was asked for.

    Its values are what callers and phones sent: never trust one for more than it says, never print a number unmasked.
    Asterisk writes `<unknown>` where it knows no number or name.
    """

    name: str
    headers: Mapping[str, str]

    def get(self, header: str) -> str:
        """The header's value; empty where the event has no such header."""
        return self.headers.get(header, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiResponse:
    """Asterisk's answer to one action.

    Args:
        ok: Asterisk accepted it. (Accepted is not done: a Redirect to a place that is not there is "successful".)
        message: Asterisk's own words; empty where it said nothing.
        items: the list, where the action asks for one.
        missing: entries Asterisk counted and we could not believe or read; a list with any is not the whole truth.
    """

    ok: bool
    message: str
    headers: Mapping[str, str]
    items: tuple[AmiEvent, ...] = ()
    missing: int = 0

    def get(self, header: str) -> str:
        """The header's value; empty where the answer has no such header."""
        return self.headers.get(header, "")
