"""The ticket: what the call's record says of itself, and beside it, never mixed with it, what people write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from calls.errors import Conflict, Refused
from tickets.answers import SpecialistAnswer
from tickets.deadline import ENTERPRISE_CLASSES, Deadline
from tickets.record import CallRecord
from tickets.types import TicketType, ticket_type

_Word = TypeVar("_Word", bound=StrEnum)
ENTERPRISE_TAG: Final = "企业"
"""Set on every enterprise's ticket (全程标签化处置)."""
VOICEMAIL_TAG: Final = "留言"
"""Set on the ticket of a call whose caller left a voice message: those that are open are the messages not yet handled."""
LONGEST_TEXT: Final = 10_000


class TicketStatus(StrEnum):
    """Where a ticket is in its life."""

    OPEN = "open"  # a seat answered; to be written, or to be handled until the deadline
    ANSWERED_ONLINE = "answered_online"  # answered in the call itself, by the seat or in a three-way call
    CLOSED = "closed"  # 办结


MOVES: Final[Mapping[TicketStatus, frozenset[TicketStatus]]] = {
    TicketStatus.OPEN: frozenset({TicketStatus.ANSWERED_ONLINE, TicketStatus.CLOSED}),
    TicketStatus.ANSWERED_ONLINE: frozenset({TicketStatus.OPEN, TicketStatus.CLOSED}),
    TicketStatus.CLOSED: frozenset({TicketStatus.OPEN}),  # the caller was not satisfied: 核实整改
}
"""status -> where it may go from there; staying is always allowed."""


class Form(StrEnum):
    """How the request came (诉求形式)."""

    CALL = "call"  # 电话: somebody talked with the caller
    VOICEMAIL = "voicemail"  # 留言


class Disposition(StrEnum):
    """How the caller's request was handled (Jiangsu measures art. 11 (二))."""

    DIRECT = "direct"  # 直接解答
    THREE_WAY = "three_way"  # 三方通话
    DISPATCH = "dispatch"  # 派发工单
    WINDOW = "window"  # 专席窗口联动
    CHANNEL = "channel"  # 专项服务通道


_DISPOSITION_NAMES: Final = {
    "直接解答": Disposition.DIRECT,
    "三方通话": Disposition.THREE_WAY,
    "派发工单": Disposition.DISPATCH,
    "专席窗口联动": Disposition.WINDOW,
    "专项服务通道": Disposition.CHANNEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What people write. The call's facts never touch it."""

    status: TicketStatus = TicketStatus.OPEN
    type: TicketType | None = None
    content: str = ""
    answer: str = ""
    disposition: Disposition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A request that outlives its call.

    Args:
        number: for people, unique in the hotline, never changed: 20261120-00017 is the 17th of that day's calls.
        version: counts what people wrote; it is the ETag. New facts about the call do not change it.
        record: the call, with all the system knows.
        updated, updated_by: the last time somebody wrote, and who.
        answers: what specialists answered, in order. They are added beside what the agent writes, and count no version.
        sign_due, sign_source: where it was left to a department (`record.left_to`), until when that signs for it, and by which article.
    """

    number: str
    version: int
    created: datetime
    record: CallRecord
    written: Written
    deadline: Deadline
    updated: datetime | None = None
    updated_by: str = ""
    answers: tuple[SpecialistAnswer, ...] = ()
    sign_due: datetime | None = None
    sign_source: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """See `tags_of`."""
        return tags_of(self.record)

    @property
    def form(self) -> Form:
        """How the request came."""
        return Form.VOICEMAIL if self.record.voicemail is not None and self.record.answered is None else Form.CALL

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been done by now and is not."""
        return self.written.status is TicketStatus.OPEN and self.deadline.due is not None and now > self.deadline.due


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPatch:
    """Checked changes to some of the fields of `Written`; the others stay as they are."""

    changes: Mapping[str, Any]


def tags_of(record: CallRecord) -> tuple[str, ...]:
    """What the system tags the ticket of such a call with."""
    enterprise = (ENTERPRISE_TAG,) if record.caller_class in ENTERPRISE_CLASSES else ()
    return (*enterprise, VOICEMAIL_TAG) if record.voicemail is not None else enterprise


def ticket_number(day: date, running: int) -> str:
    """The number of the n-th ticket of a day's calls."""
    return f"{day:%Y%m%d}-{running:05d}"


def patch_from_mapping(fields: Mapping[str, Any]) -> TicketPatch:
    """Check what somebody wants to write. type and disposition may be None: not decided after all.

    Raises: Refused: a field that cannot be written, or a value that it cannot have.
    """
    unknown = set(fields) - set(_READERS)
    if unknown:
        name = min(unknown)
        raise Refused("ticket_field_unknown", f"{name!r:.40} of a ticket cannot be written; allowed are {', '.join(_READERS)}.", field=name)
    return TicketPatch(changes={name: _READERS[name](name, value) for name, value in fields.items()})


def write(written: Written, patch: TicketPatch) -> Written:
    """What is written after the patch.

    Raises: Conflict: the status cannot go there. Refused: it cannot go there before more is written.
    """
    after = replace(written, **patch.changes)
    if after.status is not written.status and after.status not in MOVES[written.status]:
        allowed = ", ".join(sorted(MOVES[written.status]))
        raise Conflict("ticket_status_illegal", f"A ticket that is {written.status} cannot become {after.status}; allowed are {allowed}.")
    if after.status is not TicketStatus.OPEN and after.type is None:
        raise Refused("ticket_without_type", f"A ticket cannot be {after.status} without a type.", field="type")
    if after.status is TicketStatus.ANSWERED_ONLINE and not after.answer.strip():
        raise Refused("ticket_without_answer", "A ticket cannot be answered_online without the answer that was given.", field="answer")
    return after


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Refused("ticket_text_unusable", f"{name} is a text of at most {LONGEST_TEXT} characters.", field=name)
    return value


def _type(name: str, value: object) -> TicketType | None:
    return None if value is None else ticket_type(_text(name, value))


def _disposition(name: str, value: object) -> Disposition | None:
    if value is None:
        return None
    text = _text(name, value).strip()
    return _DISPOSITION_NAMES.get(text) or _word(Disposition, name, text)


def _status(name: str, value: object) -> TicketStatus:
    return _word(TicketStatus, name, _text(name, value))


def _word(words: type[_Word], name: str, text: str) -> _Word:
    try:
        return words(text)
    except ValueError:
        raise Refused(f"ticket_{name}_unknown", f"{text!r:.40} is no {name}; allowed are {', '.join(words)}.", field=name) from None


_READERS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "type": _type,
    "content": _text,
    "answer": _text,
    "disposition": _disposition,
    "status": _status,
}
