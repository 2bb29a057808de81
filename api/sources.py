"""What the API needs of the rest of Zhida; engine/ wires it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from calls.clock import Clock
from calls.events import Act
from calls.hours import Span
from conference.asking import SpecialistDesk, Wanted
from conference.desk import ConferenceDesk
from conference.figures import SpecialistFigures
from conference.leaving import DepartmentTickets
from conference.recording import RecordingDesk
from conference.roster import Specialist
from conference.roster_keeping import Absences, RosterPage
from conference.supervising import SupervisionDesk
from conference.wishes import FreeWish
from routing.dispatching import Dispatch
from routing.explain import Explanation
from routing.seat_board import SeatBoard
from routing.waiting import WaitingRoom
from seats.desk import SeatDesk
from seats.seat import Seat
from seats.shifts import OnDuty, Shortage
from tickets.acts import ActLog
from tickets.callbacks import CallbackList, CallbackTask
from tickets.link_desk import LinkDesk
from tickets.manifests import Hold, Manifest
from tickets.records import Records
from whitelist.entries import Entry
from whitelist.keeping import EntryPage, WantedEntries


class CallingBack(Protocol):
    """Places and withdraws call-backs (engine.callbacks.CallbackDesk)."""

    async def call(self, task: CallbackTask, seat_id: str, by: str) -> str:
        """Ring the seat, then the caller; the call's id. Raises: Conflict: he is being called already. PbxFault, StoreFault."""
        ...

    async def withdraw(self, number: str) -> None:
        """End a call-back of this number that no seat has answered yet. Raises: StoreFault."""
        ...


class Enterprises(Protocol):
    """What the API asks of `whitelist.keeping.EntryStore`. Raises (all): StoreFault."""

    async def find(self, wanted: WantedEntries, *, cursor: str | None = None, limit: int = 50) -> EntryPage:
        """See `EntryStore.find`."""
        ...

    async def get(self, entry_id: str) -> Entry:
        """See `EntryStore.get`."""
        ...


class Roster(Protocol):
    """What the API asks of `conference.roster_keeping.RosterStore`. Raises (all): StoreFault."""

    async def find(self, *, department: str | None = None, q: str | None = None, cursor: str | None = None, limit: int = 50) -> RosterPage:
        """See `RosterStore.find`."""
        ...

    async def specialist(self, specialist_id: str) -> Specialist:
        """See `RosterStore.specialist`."""
        ...

    async def everybody(self) -> list[Specialist]:
        """See `RosterStore.everybody`."""
        ...


class Wishes(Protocol):
    """Tells seats when a specialist can be had (engine.wishes). Raises (all): StoreFault."""

    async def wish(self, call_id: str, wanted: Wanted) -> FreeWish:
        """The seat of this call wants to be told. Raises: NotFound, Conflict: it has no seat. Refused: nobody is meant."""
        ...

    async def lately(self, seat_id: str | None, *, hours: float) -> Sequence[FreeWish]:
        """Open wishes, and those that came true in the last hours, the latest first."""
        ...

    async def withdraw(self, wish_id: str) -> None:
        """Raises: NotFound."""
        ...


class Acts(Protocol):
    """Where what persons do is noted."""

    async def note(self, act: Act) -> None:
        """Keep it, in whichever store is there. Raises: StoreFault: none is."""
        ...


class Explain(Protocol):
    """The decision for a call, by the code that routes."""

    async def __call__(self, number: str, *, dialled: str | None, trunk: str | None, at: datetime | None) -> Explanation:
        """None: the hotline's first number, its first trusted trunk, now. Raises: Refused: an unknown number or trunk."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """How one part that the engine depends on is; `why` is one sentence where it is not well."""

    ok: bool
    since: datetime
    why: str = ""


class Shifts(Protocol):
    """Who is on duty, and what is lacking (engine.shifts)."""

    @property
    def warnings(self) -> Sequence[Shortage]:
        """What is to be warned of now."""
        ...

    def on_duty(self, at: datetime) -> Sequence[OnDuty]:
        """Who is on duty at this moment (aware), for each group that has shifts."""
        ...

    def relief(self, duty: OnDuty) -> OnDuty | None:
        """Who is on duty after these; None where that is not known."""
        ...

    def gaps(self, group: str, at: datetime) -> Sequence[Span]:
        """When nobody is on duty though somebody must be, in the week from this moment (aware) on."""
        ...

    def moment(self, at: datetime) -> datetime:
        """The moment; one without a zone is the hotline's own. Raises: Refused: it is centuries away."""
        ...

    def label(self, group: str) -> str:
        """What people call the group."""
        ...


class Health(Protocol):
    """How the engine's parts are."""

    async def __call__(self) -> Mapping[str, PartHealth]:
        """Each part by its name: redis, asterisk, sql, recorder, agi. Never raises, and answers within a second or so."""
        ...


Happening = Mapping[str, Any] | Seat
"""A fact's document (`calls.events.to_document`), or a seat that has just changed."""


class Happenings(Protocol):
    """What happens in the hotline, from whichever engine."""

    def __call__(self) -> AsyncIterator[Happening]:
        """Everything from now on, in order. Raises (while iterated): StoreFault: something may be missing; begin again."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A creation that was asked for under an Idempotency-Key; `answer` is "" while it is being carried out."""

    fingerprint: str
    answer: str = ""


class KnownRequests(Protocol):
    """Creations by their keys, shared by all engines. Raises (all): StoreFault."""

    async def claim(self, key: str, fingerprint: str, *, ttl_s: float) -> Known | None:
        """Atomically: what is known under the key; or None, and from now on (for `ttl_s`) it is known with this fingerprint."""
        ...

    async def remember(self, key: str, known: Known, *, ttl_s: float) -> None:
        """It was carried out: keep its answer."""
        ...

    async def forget(self, key: str) -> None:
        """It was not carried out, and may be asked for again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A key of the configuration that differs: `old` and `new` for a person to read, None where it is not there, no secrets.

    Args:
        place: where it stands, file:line. at_once: it takes effect now; else with the engine's next start.
    """

    key: str
    place: str
    old: str | None
    new: str | None
    at_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadReport:
    """What reading the configuration again changes.

    Args:
        snippets: Asterisk -> the files that `asterisk-config` writes otherwise now, so that they are to be written and reloaded.
        warnings: what is to be seen to beside. applied: not only looked at. engines: how many were told to follow.
    """

    changes: tuple[Changed, ...]
    snippets: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    applied: bool
    engines: int


class Reload(Protocol):
    """Reads the configuration again, in this engine and the hotline's others."""

    async def __call__(self, *, dry_run: bool, by: str) -> ReloadReport:
        """Raises: Refused: it is faulty, and nothing was changed. StoreFault: live state is away, and nothing was changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundToHear:
    """A recording that is there; `stream` as in `tickets.manifests.RecordingStore`, by start and size."""

    size: int
    sha256: str
    stream: Callable[[int, int], AsyncIterator[bytes]]


class KeptRecordings(Protocol):
    """Recordings that are finished.

    Raises (all): NotFound: there is none, or it is lost. Conflict: the call goes on, or it is not finished yet. StoreFault.
    """

    async def manifest(self, call_id: str) -> Manifest:
        """The manifest, also of one that was removed."""
        ...

    async def sound(self, call_id: str) -> SoundToHear:
        """The sound. Raises: Gone: it was removed."""
        ...

    async def consults(self, call_id: str) -> Sequence[Manifest]:
        """Those of its consults, in the order in which they began; none where there was no consult."""
        ...

    async def consult_sound(self, call_id: str, consult: str) -> SoundToHear:
        """The sound of one of them. Raises: Gone: it was removed."""
        ...

    async def voicemail(self, call_id: str) -> Manifest:
        """The manifest of the voice message that its caller left, also of one that was removed."""
        ...

    async def voicemail_sound(self, call_id: str) -> SoundToHear:
        """Its sound. Raises: Gone: it was removed."""
        ...

    async def served_by(self, call_id: str, agent: str) -> bool:
        """Whether this agent talked on that call."""
        ...

    async def keep(self, call_id: str, hold: Hold | None) -> Manifest:
        """Keep all that was recorded of the call beyond its time, or (None) no longer. Raises: Gone: it was removed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHotline:
    """Another hotline. `token`: the name of the token that is its own, "" where it has none."""

    name: str
    number: str
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingOn:
    """Whom callers may be handed on to: how outside numbers may begin, and hotlines by what they are asked for by."""

    numbers: tuple[str, ...] = ()
    hotlines: Mapping[str, OtherHotline] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """How specialists' pages are served.

    Args:
        hotline: its name, for the page's head. language: where a browser asks for none that there is.
        proxies: addresses or networks in front, whose X-Forwarded-For tells who asks.
    """

    hotline: str
    language: str
    proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All of it.

    Args:
        dial: a number as people write it -> what the outside trunk wants. Raises: Refused: it cannot be called.
        area_code: the hotline's own, for numbers that are looked for without one.
        registry: what /metrics shows; the API adds its own figures to it.
        message: the prompt that a caller hears whom nobody could take. away_ring_s: how long a number rings that he is sent to.
        has_prompt: whether a prompt is there to be played.
        page: how specialists' pages are served.
    """

    clock: Clock
    waiting: WaitingRoom
    seats: SeatBoard
    desk: SeatDesk
    conferences: ConferenceDesk
    records: Records
    callbacks: CallbackList
    calling_back: CallingBack
    enterprises: Enterprises
    roster: Roster
    explain: Explain
    health: Health
    shifts: Shifts
    happenings: Happenings
    known: KnownRequests
    registry: CollectorRegistry
    dial: Callable[[str], str]
    area_code: str
    specialists: SpecialistDesk
    left_to: DepartmentTickets
    wishes: Wishes
    figures: SpecialistFigures
    absences: Absences
    reload: Reload
    supervisors: SupervisionDesk
    dispatch: Dispatch
    acts: Acts
    act_log: ActLog
    message: Callable[[], str]
    away_ring_s: Callable[[], float]
    has_prompt: Callable[[str], bool]
    links: LinkDesk
    page: Callable[[], PageRules]
    recordings: KeptRecordings
    recording_desk: RecordingDesk
    handing_on: Callable[[], HandingOn] = HandingOn
