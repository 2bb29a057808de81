"""Whom a caller may be handed on to, and what another hotline is told of him."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote

from calls.errors import Refused
from conference.transfer import TargetKind, TransferTarget
from routing.waiting import LiveCall

_LONGEST_SHOWN: Final = 60
_LONGEST_SUMMARY: Final = 100
"""Characters in a header, which is to fit into an INVITE; the whole text is there by the API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A target that can be rung, or waited for.

    Args:
        kind, value: SEAT where a seat of a group was chosen. name: as people call it.
        device: what rings it, several joined by &; "" for what is waited for. ring_s: for so long at most.
        shown_number, shown_name: what its phone shows; "" is what the outside world is shown.
    """

    kind: TargetKind
    value: str
    name: str = ""
    device: str = ""
    ring_s: float = 30.0
    shown_number: str = ""
    shown_name: str = ""


class Targets(Protocol):
    """Finds targets, by the configuration and the seats as they are. Raises (all): StoreFault."""

    async def find(self, call: LiveCall, to: TransferTarget, *, announced: bool) -> list[Found]:
        """What may be tried, the best first; there is at least one. An announced group is one of its free seats.

        Raises: Refused: there is no such target, or it may not be called. Conflict: nobody is there, or free.
        """
        ...


@dataclass(frozen=True, slots=True)
class NoTargets:
    """A hotline that hands nobody on."""

    allowed: str = field(default="nothing")

    async def find(self, call: LiveCall, to: TransferTarget, *, announced: bool) -> list[Found]:
        """See `Targets.find`."""
        sentence = f"There is no {to.kind} {to.value}; allowed is {self.allowed}."
        raise Refused("transfer_target_unknown", sentence, kind=to.kind, value=to.value)


def headers_of(transfer_id: str, *, enterprise: str, summary: str) -> Mapping[str, str]:
    """What the INVITE to another hotline carries: each value as a URI would have it, so that nothing people wrote is a line of its own."""
    return {
        "X-Zhida-Handover": quote(transfer_id, safe=""),
        "X-Zhida-Enterprise": quote(_one_line(enterprise, _LONGEST_SHOWN), safe=""),
        "X-Zhida-Summary": quote(_one_line(summary, _LONGEST_SUMMARY), safe=""),
    }


def _one_line(text: str, longest: int) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:longest].encode(errors="replace").decode()
