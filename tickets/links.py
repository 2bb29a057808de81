"""Links: each opens one ticket for one specialist, to read what he needs of it and to write his answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from calls.errors import NotFound
from tickets.answers import Draft, SpecialistAnswer
from tickets.messages import Message

PAGE: Final = "/t"
"""The path below which the page is served, and all that a reverse proxy needs to expose."""
BY_ITSELF: Final = "zhida"
"""Who issued a link that nobody asked for: it was sent because the specialist joined the call."""


class LinkState(StrEnum):
    """Whether it opens the ticket."""

    WANTED = "wanted"  # the specialist joined; it is issued within seconds
    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Sending(StrEnum):
    """When a link is sent by SMS."""

    AUTOMATIC = "automatic"  # as soon as the specialist joins, and on request
    ON_REQUEST = "on_request"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """What the configuration says of links.

    Args:
        base_url: as specialists reach the page from outside, without PAGE; "" turns links off.
        secret: what codes and signatures are made of.
        valid_s: from issue to expiry. session_s: so long a page that was opened can be used without the code.
        show_number: whether the page has the caller's whole number.
        text: of the SMS, with {url}, {ticket}, {enterprise}, {name} and {hours}.
    """

    base_url: str = ""
    secret: str = field(default="", repr=False)
    send: Sending = Sending.OFF
    valid_s: float = 259_200
    session_s: float = 14_400
    show_number: bool = False
    text: str = "{url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One specialist's link to one ticket. Issued again it has a new code, and the old one is good no more.

    Args:
        ticket: its number. issue: how often it was issued; 0: not yet.
        digest: of the present key. shown: when the code was read out. opened: the last time it was used.
    """

    link_id: str
    ticket: str
    call_id: str
    specialist_id: str
    name: str
    department: str
    issue: int = 0
    digest: str = field(default="", repr=False)
    issued: datetime | None = None
    issued_by: str = ""
    expires: datetime | None = None
    revoked: datetime | None = None
    revoked_by: str = ""
    shown: datetime | None = None
    opened: datetime | None = None

    def state(self, now: datetime) -> LinkState:
        """At this moment."""
        if self.revoked is not None:
            return LinkState.REVOKED
        if self.expires is None:
            return LinkState.WANTED
        return LinkState.GOOD if now < self.expires else LinkState.EXPIRED

    def good(self, now: datetime, issue: int) -> bool:
        """Whether what was opened with this issue's code may be used."""
        return self.issue == issue and self.state(now) is LinkState.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A specialist of the roster, as far as a link concerns him; `mobile` is as the gateway wants it, "" where there is none."""

    specialist_id: str
    name: str
    department: str
    mobile: str


class Recipients(Protocol):
    """The roster. Raises (all): StoreFault."""

    async def recipient(self, specialist_id: str) -> Recipient | None:
        """None: he is not in the roster (any more)."""
        ...

    async def departments(self) -> Sequence[str]:
        """All units, each once, as the roster has them."""
        ...


class LinkStore(Protocol):
    """Links and answers of one hotline. Raises (all): StoreFault."""

    async def links_of(self, ticket: str) -> Sequence[Link]:
        """All of the ticket's, in the order in which they were wanted. Raises: NotFound: there is no such ticket."""
        ...

    async def link(self, link_id: str) -> Link | None:
        """The link."""
        ...

    async def wanted(self, limit: int) -> Sequence[Link]:
        """Those that are still to be issued, oldest first."""
        ...

    async def put(self, link: Link, *, was: int | None, message: Message | None) -> None:
        """Keep the link as it is now, and the message that brings it, in one; earlier messages of it that wait are withdrawn.

        Args: was: the issue that was seen; None: there was no link of this specialist.
        Raises: Conflict("link_changed"): it was issued or revoked meanwhile.
        """
        ...

    async def revoke(self, link_id: str, *, by: str, at: datetime) -> None:
        """It opens nothing any more; what waits to be sent of it is withdrawn."""
        ...

    async def mark_shown(self, link_id: str, issue: int, at: datetime) -> bool:
        """Whether this issue was not shown before."""
        ...

    async def mark_opened(self, link_id: str, at: datetime) -> None:
        """It was used."""
        ...

    async def append(self, answer_id: str, draft: Draft, *, link_id: str, issue: int, seen: int, at: datetime) -> SpecialistAnswer:
        """Add an answer; said again under the same id, it is the one that is there.

        Args: seen: how many answers of the ticket its writer saw.
        Raises: LinkUnusable. Conflict("answers_meanwhile"): others answered since. Refused: there are too many already.
        """
        ...

    async def untold(self, limit: int) -> Sequence[tuple[Link, SpecialistAnswer]]:
        """Answers that the stream of facts was not told of, oldest first, each with the link it came by."""
        ...

    async def mark_told(self, answer_id: str) -> None:
        """The stream has it."""
        ...


class LinkUnusable(NotFound):
    """The code opens nothing: there is no such link, or it expired or was revoked. Which of them is nobody's business."""

    def __init__(self) -> None:
        super().__init__("link_unusable", "This link does not exist, has expired or was withdrawn; ask the hotline for a new one.")
