"""Where the recorder takes facts from, and where it puts them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEntry:
    """One entry of a hotline's stream.

    Args:
        entry_id: the stream's own id of it; the same entry always has the same.
        text: the fact as JSON (`calls.events.to_document`), as it stands there.
    """

    entry_id: str
    text: str | bytes


class EventStream(Protocol):
    """The hotline's facts, each delivered until it is acknowledged: again after a crash, and then to any recorder.

    Raises (all): StoreFault: the stream's server is away.
    """

    async def read(self, *, limit: int, wait_s: float) -> Sequence[StreamEntry]:
        """Up to `limit` entries no other recorder holds; waits up to `wait_s` for the first, and gives none where there is none."""
        ...

    async def ack(self, entry_ids: Sequence[str]) -> None:
        """These are safe in the records and need not be delivered again; they may be deleted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An entry that could be parsed; `entry_id` and the call together name it for ever."""

    entry_id: str
    call_id: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An entry that could not become part of a record. It is kept as it came, with the reason."""

    entry_id: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a batch: every entry is one of these.

    Args:
        new: facts that were not in the records before.
        set_aside: what could not be kept as a fact, each with its reason.
        faulty: calls whose facts are all kept but could not be folded, with the reason.
    """

    new: int
    set_aside: tuple[SetAside, ...] = ()
    faulty: Mapping[str, str] = field(default_factory=dict)


class FactStore(Protocol):
    """The records, as the recorder sees them."""

    async def keep(self, facts: Sequence[Fact], aside: Sequence[SetAside] = ()) -> Kept:
        """Keep the facts, and bring the records and tickets of their calls up to date, in one transaction for each call at least.

        Idempotent; any number may do it at once. One call's facts never hinder another's: those that cannot be kept are
        set aside with `aside`.

        Raises: StoreFault: the database is away; nothing is known of the batch, and it may be repeated.
        """
        ...

    async def retry(self) -> Kept:
        """Try again what was set aside, the oldest first and a thousand at most. What still cannot be kept stays set aside.

        Raises: StoreFault: as `keep`.
        """
        ...
