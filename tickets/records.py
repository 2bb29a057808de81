"""What can be asked of the records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from calls.errors import Refused
from tickets.record import CallRecord
from tickets.ticket import Ticket, TicketPatch
from tickets.types import TicketType

Item = TypeVar("Item")
MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which calls or tickets; None is any.

    Args:
        enterprise: part of its name. number_suffix: the caller's last digits.
        since, until: when the caller reached the hotline, from `since` up to before `until`; aware.
        status: of a call `live` or its end reason, of a ticket its status.
        tag, type, recovered, department: of tickets only; department is whom the ticket was left to.
    """

    caller_class: str | None = None
    seat_id: str | None = None
    enterprise: str | None = None
    number_suffix: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    status: str | None = None
    tag: str | None = None
    type: TicketType | None = None
    recovered: bool | None = None
    department: str | None = None

    def __post_init__(self) -> None:
        if self.number_suffix is not None and not (self.number_suffix.isascii() and self.number_suffix.isdigit()):
            raise Refused("number_suffix_unusable", "number_suffix is the last digits of a number.", field="number_suffix")
        for name, moment in (("since", self.since), ("until", self.until)):
            if moment is not None and moment.tzinfo is None:
                raise Refused("time_without_zone", f"{name} needs a time zone: write 2026-11-20T00:00:00+08:00.", field=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """Voice messages of callers of one class whose tickets are open; `oldest`: when the first of these callers called."""

    caller_class: str
    open: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Some of what was asked for, latest call first.

    Args:
        next: the cursor of the page that follows, or None. Calls that come in meanwhile neither shift nor double anything.
    """

    items: tuple[Item, ...]
    next: str | None


class Records(Protocol):
    """The records of one hotline.

    Raises (all): StoreFault: the database is away.
    """

    async def calls(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page[CallRecord]:
        """Call records, at most MOST. Raises: Refused: the cursor is none of ours, or the limit is not 1 to MOST."""
        ...

    async def call(self, call_id: str) -> CallRecord:
        """Raises: NotFound."""
        ...

    async def tickets(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page[Ticket]:
        """Tickets, as `calls`."""
        ...

    async def ticket(self, number: str) -> Ticket:
        """Raises: NotFound."""
        ...

    async def ticket_of(self, call_id: str) -> Ticket | None:
        """The ticket of this call, if it has one (yet)."""
        ...

    async def patch_ticket(self, number: str, patch: TicketPatch, *, expect: int | None, by: str, at: datetime) -> Ticket:
        """Write to a ticket, if it is still of the version `expect` (None: whatever it is).

        Raises: NotFound. Conflict("ticket_changed"): somebody wrote meanwhile. Refused, Conflict: as `tickets.ticket.write`.
        """
        ...

    async def ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        """Of these calls, those there is a record of, and whether it has its end."""
        ...

    async def tickets_of(self, call_ids: Sequence[str]) -> Mapping[str, str]:
        """The numbers of these calls' tickets, where they have one."""
        ...
