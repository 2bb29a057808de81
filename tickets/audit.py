"""The audit: Asterisk's CDR, which knows nothing of Zhida, against the records; what is missing is recovered."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from calls.events import Arrived, Ended, Event, to_document
from tickets.cdr import BadLine, CdrRow
from tickets.record import RECOVERED
from tickets.stream import Fact, FactStore

SETTLE_S: Final = 60.0
"""A call that ended less long ago may still be on its way through the stream."""
FALLBACK: Final = "fallback"
"""CDR(userfield) of a call that the dialplan served without an engine."""
_BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrCall:
    """One caller's contact, as Asterisk saw it.

    Args:
        connected: the channels that answered him. fallback: the dialplan served it without an engine.
    """

    call_id: str
    number: str
    dialled: str
    channel: str
    start: datetime
    end: datetime
    connected: tuple[str, ...]
    fallback: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which calls of the CDR are looked at, and how.

    Args:
        contexts: the dialplan contexts that callers are in. placed: those of calls that the engine placed (call-backs).
        since: calls that ended earlier are passed over.
        settle_s: see SETTLE_S. live: calls that are alive as far as Redis knows.
        national: the national form of a number, "" where there is none.
    """

    contexts: frozenset[str]
    now: datetime
    placed: frozenset[str] = frozenset()
    since: datetime | None = None
    settle_s: float = SETTLE_S
    live: frozenset[str] = frozenset()
    national: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every call of the CDR is in one of these: recorded, unsettled (too fresh, or alive), missing, incomplete (its end is missing)."""

    recorded: int = 0
    unsettled: int = 0
    missing: tuple[CdrCall, ...] = ()
    incomplete: tuple[CdrCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found and did.

    Args:
        bad_lines: lines of the CDR that could not be read, but for the one that is being written.
        tickets: call id to ticket of each call that was recovered.
    """

    found: Comparison
    bad_lines: tuple[BadLine, ...] = ()
    tickets: Mapping[str, str] = field(default_factory=dict)

    @property
    def nothing_missing(self) -> bool:
        """Whether every call Asterisk saw was recorded whole. A line nobody can read may have held one that was not."""
        return not (self.found.missing or self.found.incomplete or self.bad_lines)

    @property
    def exit_code(self) -> int:
        """0 only where nothing was missing, even if all of it is recovered now."""
        return 0 if self.nothing_missing else 1


class AuditedRecords(Protocol):
    """The records, as the audit asks them (`tickets.records.Records` has these)."""

    async def ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        """Of these calls, those there is a record of, and whether it has its end."""
        ...

    async def tickets_of(self, call_ids: Sequence[str]) -> Mapping[str, str]:
        """The numbers of these calls' tickets."""
        ...


def hotline_calls(rows: Iterable[CdrRow], contexts: Collection[str], placed: Collection[str] = ()) -> list[CdrCall]:
    """The callers' contacts among the rows, by start.

    A row is of a caller where its context is one of the hotline's and its channel began the call (uniqueid is linkedid);
    the legs to seats and specialists have a linkedid of the caller's. All rows of such a channel make one call. In the contexts
    `placed` the linkedid is that of the half that rings the caller, which is no call of its own.
    """
    of_channel: dict[str, list[CdrRow]] = {}
    for row in rows:
        if row.dcontext in contexts or row.dcontext in placed:
            of_channel.setdefault(row.uniqueid, []).append(row)
    begun = (rows for rows in of_channel.values() if any((row.uniqueid == row.linkedid) != (row.dcontext in placed) for row in rows))
    return sorted((_call(sorted(rows, key=_start)) for rows in begun), key=lambda call: (call.start, call.call_id))


def compare(calls: Iterable[CdrCall], ended: Mapping[str, bool], scope: Scope) -> Comparison:
    """Sort the calls by what the records know of them.

    Args:
        ended: of the calls that are recorded, whether the end is.
    """
    recorded = unsettled = 0
    missing: list[CdrCall] = []
    incomplete: list[CdrCall] = []
    for call in calls:
        if ended.get(call.call_id):
            recorded += 1
        elif call.call_id in scope.live or scope.now - call.end < timedelta(seconds=scope.settle_s):
            unsettled += 1
        else:
            (incomplete if call.call_id in ended else missing).append(call)
    return Comparison(recorded=recorded, unsettled=unsettled, missing=tuple(missing), incomplete=tuple(incomplete))


def recovery(call: CdrCall, *, missing: bool, national: Callable[[str], str]) -> Iterator[Event]:
    """The facts that the CDR can supply; whatever the engine still tells counts before them.

    Args:
        missing: nothing is recorded of the call (else only its end is missing).
        national: the national form of a number, "" where there is none.
    """
    if missing:
        yield Arrived(
            call_id=call.call_id,
            at=call.start,
            number=national(call.number),
            raw_number=call.number,
            trunk="",
            dialled=call.dialled,
            channel=call.channel,
        )
    yield Ended(call_id=call.call_id, at=call.end, reason=RECOVERED, detail=_detail(call))


async def audit(lines: Iterable[CdrRow | BadLine], records: AuditedRecords, store: FactStore | None, scope: Scope) -> AuditReport:
    """Compare, and recover what is missing: each such call is a record and a ticket marked *recovered* afterwards.

    Args:
        store: None only compares.

    Raises: StoreFault: the database is away; what was recovered before stays so, and the audit may be repeated.
    """
    rows: list[CdrRow] = []
    bad: list[BadLine] = []
    for line in lines:
        if isinstance(line, CdrRow):
            rows.append(line)
        elif not line.half_written:
            bad.append(line)
    calls = [call for call in hotline_calls(rows, scope.contexts, scope.placed) if scope.since is None or call.end >= scope.since]
    found = compare(calls, await records.ended([call.call_id for call in calls]), scope)
    report = AuditReport(found=found, bad_lines=tuple(bad))
    lost = [(call, True) for call in found.missing] + [(call, False) for call in found.incomplete]
    if store is None or not lost:
        return report
    for start in range(0, len(lost), _BATCH):
        batch = lost[start : start + _BATCH]
        await store.keep([fact for call, missing in batch for fact in _facts(call, missing=missing, national=scope.national)])
    return replace(report, tickets=await records.tickets_of([call.call_id for call, _ in lost]))


def _facts(call: CdrCall, *, missing: bool, national: Callable[[str], str]) -> Iterator[Fact]:
    """Facts whose names are the same each time, so that two audits at once recover a call once."""
    for event in recovery(call, missing=missing, national=national):
        yield Fact(entry_id=f"audit-{event.kind}", call_id=call.call_id, document=to_document(event))


def _call(rows: list[CdrRow]) -> CdrCall:
    first = rows[0]
    return CdrCall(
        call_id=first.uniqueid,
        number=first.src,
        dialled=next((row.dst for row in rows if row.dst.isdigit()), ""),  # in the fall-back it is "s"
        channel=first.channel,
        start=first.start,
        end=max(row.end for row in rows),
        connected=tuple(dict.fromkeys(row.dstchannel for row in rows if row.dstchannel and row.disposition == "ANSWERED")),
        fallback=any(row.userfield == FALLBACK for row in rows),
    )


def _start(row: CdrRow) -> datetime:
    return row.start


def _detail(call: CdrCall) -> str:
    seconds = round((call.end - call.start).total_seconds())
    connected = f"connected with {', '.join(call.connected)}" if call.connected else "connected with nobody"
    return f"Asterisk's CDR: {seconds} s, {connected}" + (", served by the dialplan without an engine" if call.fallback else "")
