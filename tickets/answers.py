"""What specialists answer to a ticket: added one after another, never changed, and apart from what the agent writes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from calls.errors import Refused

LONGEST_ANSWER: Final = 4_000
LONGEST_DEPARTMENT: Final = 100
MOST_ANSWERS: Final = 50
"""One specialist's, in one ticket."""
FURTHEST: Final = timedelta(days=366)


class ReplyKind(StrEnum):
    """What the answer means for the ticket."""

    SOLVED = "solved_online"  # 已在线解答
    FOLLOW_UP = "follow_up"  # 需要跟进，到某日
    NOT_OURS = "not_ours"  # 不属本部门
    REMARK = "remark"  # 补充说明


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a specialist wants to write, checked.

    Args:
        until: of a follow-up, the day by which it is done. referred_to: of what is not ours, whose it is, or "".
    """

    kind: ReplyKind
    text: str
    until: date | None = None
    referred_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistAnswer:
    """One answer; `place` counts those of the ticket, from 1."""

    answer_id: str
    place: int
    specialist_id: str
    name: str
    department: str
    draft: Draft
    at: datetime


def draft_of(*, kind: str, text: str, until: str = "", referred_to: str = "", today: date) -> Draft:
    """Check what was written.

    Args: until: "2026-11-30", read only where the kind wants it, as `referred_to` is.
    Raises: Refused: `fields["field"]` is what is to be mended.
    """
    try:
        meant = ReplyKind(kind)
    except ValueError:
        sentence = f"{kind!r:.40} is no kind of answer; allowed are {', '.join(ReplyKind)}"
        raise Refused("answer_kind_unknown", sentence, field="kind") from None
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > LONGEST_ANSWER:
        raise Refused("answer_too_long", f"An answer is at most {LONGEST_ANSWER} characters; this one has {len(plain)}.", field="text")
    department = " ".join(referred_to.split()) if meant is ReplyKind.NOT_OURS else ""
    if len(department) > LONGEST_DEPARTMENT:
        raise Refused("department_too_long", f"A department's name is at most {LONGEST_DEPARTMENT} characters.", field="referred_to")
    if not plain and not department:
        raise Refused("answer_empty", "An answer needs a text.", field="text")
    return Draft(kind=meant, text=plain, until=_until(until, today) if meant is ReplyKind.FOLLOW_UP else None, referred_to=department)


def _until(written: str, today: date) -> date:
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        raise Refused("answer_date_missing", "A follow-up needs the day by which it is done, like 2026-11-30.", field="until") from None
    if not today <= day <= today + FURTHEST:
        raise Refused("answer_date_unusable", f"The day of a follow-up is between today, {today}, and a year from now.", field="until")
    return day
