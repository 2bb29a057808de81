"""The call-back list (漏接回拨): a task for each number somebody left from before a seat answered, with the proof of each attempt.

A task is made and kept up by the records of calls alone, so that it can be made again; who claims it and who closes it is written
beside that and never overwritten. It is over by itself when a later call from its number is served, or a call-back reaches him.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from calls.errors import Conflict, Refused
from routing.callbacks import Cause, Owed
from tickets.record import VOICEMAIL, CallRecord
from tickets.records import Page
from whitelist.identify import CallerClass

MISSED: Final = frozenset({"abandoned", "ladder_end", "menu_left", "callback", VOICEMAIL})
"""Why a call ended whose caller is owed a call. Who was only told that the hotline is closed is not: a rule that owes him one notes it."""
LONGEST_NOTE: Final = 500
_PRECEDENCE: Final = {CallerClass.KEY_ENTERPRISE: 0, CallerClass.PROJECT: 1, CallerClass.PUBLIC: 2}
NOT_CALLABLE: Final = 3
"""Behind all who can be called back."""


class ClosedBy(StrEnum):
    """What took a caller off the list."""

    GOT_THROUGH = "got_through"  # a later call from his number was served
    CALLED_BACK = "called_back"  # a call-back reached him
    SETTLED = "settled"  # a person: it was settled otherwise
    NOT_WANTED = "not_wanted"  # a person: he does not want to be called
    NOT_REACHABLE = "not_reachable"  # a person: the number does not lead to him
    MISTAKE = "mistake"  # a person: wrong number, test call


BY_PEOPLE: Final = frozenset({ClosedBy.SETTLED, ClosedBy.NOT_WANTED, ClosedBy.NOT_REACHABLE, ClosedBy.MISTAKE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """One of his calls that no seat answered. `voicemail_s`: so long is the voice message he left in it; None: he left none."""

    call_id: str
    arrived: datetime
    left: datetime
    reason: str
    waited_s: float | None
    voicemail_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One call-back: the proof that it was tried.

    Args:
        seat_id: the seat that took it, "" where none did. outcome: of `routing.callbacks.Reach`; "" while it goes on; or
            no_seat, withdrawn where his phone was not rung.
    """

    call_id: str
    at: datetime
    cause: str
    by: str
    seat_id: str
    agent: str
    rung: datetime | None
    ended: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTask:
    """One number somebody left from.

    Args:
        task_id: the call he left first. number: "" where he has none that could be called back.
        asked: when he last chose by key to be called back. group: the group his menu choice opened first, "" where there was no menu.
        version: counts every change.
    """

    task_id: str
    number: str
    caller_class: str
    enterprise: str
    trusted: bool
    trunk: str
    dialled: str
    missed: tuple[Missed, ...]
    tries: tuple[Tried, ...] = ()
    asked: datetime | None = None
    group: str = ""
    closed: datetime | None = None
    closed_why: str = ""
    closed_by: str = ""
    closed_call: str = ""
    note: str = ""
    claimed_by: str = ""
    claimed: datetime | None = None
    version: int = 1

    @property
    def callable(self) -> bool:
        """Whether there is a number to call."""
        return bool(self.number)

    @property
    def arrived(self) -> datetime:
        """His place: when he first called."""
        return min(missed.arrived for missed in self.missed)

    @property
    def left(self) -> datetime:
        """When he last left."""
        return max(missed.left for missed in self.missed)

    @property
    def precedence(self) -> int:
        """Key enterprises, projects, all others, and those who cannot be called."""
        return _PRECEDENCE.get(CallerClass(self.caller_class), NOT_CALLABLE) if self.callable and self.caller_class else NOT_CALLABLE

    @property
    def rung(self) -> tuple[Tried, ...]:
        """The attempts at which his phone was rung: these count."""
        return tuple(tried for tried in self.tries if tried.rung is not None)

    @property
    def owed(self) -> Owed:
        """The task as the rules want it. A wish that was tried since, or for which no seat came, is no wish any more."""
        rung = self.rung
        over = [tried.ended or tried.at for tried in rung]
        spent = [tried.at for tried in self.tries if tried.rung or (tried.cause == Cause.ASKED and tried.outcome == "no_seat")]
        asked = self.asked if self.asked is not None and not any(moment >= self.asked for moment in spent) else None
        return Owed(
            task_id=self.task_id,
            number=self.number,
            caller_class=self.caller_class,
            arrived=self.arrived,
            left=self.left,
            asked=asked,
            chosen=self.asked is not None,
            attempts=len(rung),
            tried=max(over, default=None),
            claimed=bool(self.claimed_by),
            trusted=self.trusted,
            voicemail=any(missed.voicemail_s is not None for missed in self.missed),
        )


def missed_of(record: CallRecord) -> Missed | None:
    """What this call is to the list; None where it is nothing to it."""
    if record.ended is None or record.answered is not None or record.called_back is not None or record.end_reason not in MISSED:
        return None
    return Missed(
        call_id=record.call_id,
        arrived=record.received,
        left=record.ended,
        reason=record.end_reason,
        waited_s=record.waited_s,
        voicemail_s=record.voicemail.length_s if record.voicemail is not None else None,
    )


def tried_of(record: CallRecord) -> Tried | None:
    """What this call-back is to its task; None where it is none."""
    back = record.called_back
    if back is None:
        return None
    unreached = record.end_reason if record.end_reason in ("no_seat", "withdrawn") and not back.rung else "cancelled"
    return Tried(
        call_id=record.call_id,
        at=record.received,
        cause=back.cause,
        by=back.by,
        seat_id=record.seat_id,
        agent=record.agent,
        rung=back.rung,
        ended=record.ended,
        outcome=back.outcome or (unreached if record.ended is not None else ""),
    )


def opened(record: CallRecord, missed: Missed) -> CallbackTask:
    """The task that this call makes where its number has none."""
    return CallbackTask(
        task_id=record.call_id,
        number=record.number,
        caller_class=record.caller_class,
        enterprise=record.enterprise,
        trusted=record.trusted,
        trunk=record.trunk,
        dialled=record.dialled,
        missed=(missed,),
        asked=record.asked_back,
        group=_group(record),
    )


def missed_again(task: CallbackTask, record: CallRecord, missed: Missed) -> CallbackTask:
    """The task with this call of his, or with what is newly known of it; who he is, the latest call tells."""
    others = [other for other in task.missed if other.call_id != missed.call_id]
    every = tuple(sorted([*others, missed], key=lambda one: (one.arrived, one.call_id)))
    changed = replace(task, missed=every, asked=max(filter(None, (task.asked, record.asked_back)), default=None))
    if missed is every[-1]:
        changed = replace(
            changed,
            caller_class=record.caller_class,
            enterprise=record.enterprise,
            trusted=record.trusted,
            trunk=record.trunk,
            dialled=record.dialled,
            group=_group(record),
        )
    return _bumped(task, changed)


def tried_again(task: CallbackTask, tried: Tried) -> CallbackTask:
    """The task with this attempt, or with what is newly known of it."""
    others = [other for other in task.tries if other.call_id != tried.call_id]
    changed = replace(task, tries=tuple(sorted([*others, tried], key=lambda one: (one.at, one.call_id))))
    if tried.outcome == "reached" and task.closed is None:
        by = tried.agent or tried.seat_id or tried.by
        changed = replace(
            changed, closed=tried.ended or tried.at, closed_why=ClosedBy.CALLED_BACK, closed_by=by, closed_call=tried.call_id
        )
    return _bumped(task, changed)


def got_through(task: CallbackTask, record: CallRecord) -> CallbackTask:
    """The task after this call of his was served: over, if he left before it was."""
    if task.closed is not None or record.answered is None or task.left > record.answered:
        return task
    closed = replace(task, closed=record.answered, closed_why=ClosedBy.GOT_THROUGH, closed_by=record.seat_id, closed_call=record.call_id)
    return _bumped(task, closed)


def closed_by_hand(task: CallbackTask, *, why: str, by: str, note: str, at: datetime) -> CallbackTask:
    """Raises: Refused: the reason is none. Conflict: it is closed already."""
    if why not in BY_PEOPLE:
        allowed = ", ".join(sorted(BY_PEOPLE))
        raise Refused("callback_reason_unknown", f"{why!r} is no reason to close a call-back; allowed are {allowed}.", field="reason")
    if len(note) > LONGEST_NOTE:
        raise Refused("callback_note_too_long", f"note has {len(note)} characters; at most {LONGEST_NOTE} are kept.", field="note")
    _still_open(task)
    return _bumped(task, replace(task, closed=at, closed_why=why, closed_by=by, note=note))


def claimed(task: CallbackTask, *, by: str, at: datetime) -> CallbackTask:
    """The task in somebody's hands, or (by "") in nobody's again; while it is, the engine does not call him by itself.

    Raises: Conflict: it is closed, or in somebody else's hands.
    """
    _still_open(task)
    if by and task.claimed_by not in ("", by):
        sentence = f"Call-back {task.task_id} is in the hands of {task.claimed_by}; he has to give it back first."
        raise Conflict("callback_claimed", sentence, claimed_by=task.claimed_by)
    return _bumped(task, replace(task, claimed_by=by, claimed=at if by else None))


def callable_task(task: CallbackTask) -> CallbackTask:
    """The task, if it is open and has a number. Raises: Conflict."""
    _still_open(task)
    if not task.callable:
        raise Conflict("callback_anonymous", f"The caller of call-back {task.task_id} showed no number; he cannot be called back.")
    return task


def _still_open(task: CallbackTask) -> None:
    if task.closed is not None:
        sentence = f"Call-back {task.task_id} is closed since {task.closed.isoformat()} ({task.closed_why})."
        raise Conflict("callback_closed", sentence, closed_why=task.closed_why)


def _bumped(before: CallbackTask, after: CallbackTask) -> CallbackTask:
    return after if after == before else replace(after, version=before.version + 1)


def _group(record: CallRecord) -> str:
    return record.ladder[0].partition("@")[0] if record.keys and record.ladder else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTasks:
    """Which tasks; None is any.

    Args:
        open: only those that are (not) closed. callable: only those with (without) a number.
        since, until: when he first called. number_suffix: its last digits.
        fewer_tries: only those with fewer attempts, or with a wish that was not tried. chosen: only those who chose it by key.
    """

    open: bool | None = True
    callable: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    number_suffix: str | None = None
    fewer_tries: int | None = None
    chosen: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the open list stands for callers of one class; `attempts` at which their phones were rung, in vain so far."""

    caller_class: str
    open: int
    oldest: datetime
    attempts: int


def class_of(precedence: int) -> str:
    """The name of callers of that `CallbackTask.precedence`, for figures; those without a number are nobody's class."""
    return next((str(name) for name, its in _PRECEDENCE.items() if its == precedence), "not_callable")


class CallbackList(Protocol):
    """The list of one hotline. Raises (all): StoreFault: the database is away."""

    async def tasks(self, wanted: WantedTasks, *, cursor: str | None = None, limit: int = 50) -> Page[CallbackTask]:
        """Key enterprises first, then by arrival. Raises: Refused: the cursor is none of ours."""
        ...

    async def task(self, task_id: str) -> CallbackTask:
        """Raises: NotFound."""
        ...

    async def open_of(self, numbers: Iterable[str]) -> list[CallbackTask]:
        """The open tasks of these numbers."""
        ...

    async def close(self, task_id: str, *, why: str, by: str, note: str, at: datetime) -> CallbackTask:
        """A person takes him off the list. Raises: NotFound, Refused, Conflict: as `closed_by_hand`."""
        ...

    async def claim(self, task_id: str, *, by: str, at: datetime) -> CallbackTask:
        """Raises: NotFound, Conflict: as `claimed`."""
        ...
