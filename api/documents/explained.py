"""A decision as JSON: the document of `routing.explain`, checked."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from api.documents.enterprises import SourceDocument
from api.documents.plain import Document, Question, a_date

LocalMoment = Annotated[
    datetime,
    BeforeValidator(a_date),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-", "examples": ["2026-10-01T02:00", "2026-10-01T02:00:00+08:00"]}),
]
"""A moment that may come without a zone."""


class ExplainWanted(Question):
    """The call that is asked about."""

    number: Annotated[str, Field(max_length=1000, description="The caller's number, however it is written; empty: withheld.")]
    dialled: Annotated[str | None, Field(max_length=40, description="The number he dials; by default the hotline's first.")] = None
    trunk: Annotated[str | None, Field(max_length=64, description="The trunk he comes by; by default the first trusted one.")] = None
    at: Annotated[LocalMoment | None, Field(description="When; without a zone in the hotline's own, by default now.")] = None


class NumberExplained(Document):
    """The caller's number as it was read."""

    raw: str
    e164: str | None
    national: str | None
    kind: str


class EntryExplained(Document):
    """The whitelist entry that counts for the call."""

    id: str
    kind: str
    name: str
    valid_from: date | None
    valid_until: date | None
    filed_by: str | None
    source: SourceDocument | None


class EntryNumberExplained(Document):
    """Which of the entry's numbers it is."""

    number: str
    role: str
    contact: str | None


class CallerExplained(Document):
    """Who calls."""

    caller_class: Annotated[str, Field(alias="class")]
    enterprise: str | None
    tier: str | None
    trusted: bool
    entry: EntryExplained | None
    entry_number: EntryNumberExplained | None


class RungExplained(Document):
    """From `after_s` on, these seats may take it."""

    group: str
    label: str
    after_s: float
    seats: list[str]
    on_duty: Annotated[list[str] | None, Field(description="Seats and agents on duty at that moment; null: the group has no shifts.")]
    wants: Annotated[
        dict[str, int] | None, Field(description="At most this is wanted from then on; null: what was wanted before.")
    ] = None
    kept_back: Annotated[int | None, Field(description="So many ready seats the group keeps back; null: none.")] = None
    kept_for_him: Annotated[bool | None, Field(description="Whether they are kept for callers like him; else he leaves them.")] = None


class StepExplained(Document):
    """One thing that is done for a caller whom no seat takes.

    A number rings, a prompt is played, a call-back is noted, or a prompt asks for a voice message (`voicemail`).
    """

    ring: str | None = None
    ring_s: float | None = None
    duty: Annotated[bool | None, Field(description="Whether the number is the duty phone.")] = None
    play: str | None = None
    callback: bool | None = None
    voicemail: str | None = None


class EndExplained(Document):
    """What happens at the end of the ladder."""

    after_s: float
    duty_phone: str | None
    message: str
    steps: list[StepExplained]


class PassedExplained(Document):
    """A rule for this caller that does not hold at that moment."""

    rule: str
    why: str


class ChoiceExplained(Document):
    """A way through the menu and the ladder it leads to."""

    keys: str
    ladder: list[RungExplained]
    skills: dict[str, int]
    rule: str | None
    closed: bool
    first: list[StepExplained]


class PlanExplained(Document):
    """What is to happen with the call."""

    ivr: str
    greeting: str | None
    menu: str | None
    language: str
    ladder: list[RungExplained]
    rank_bonus_s: int
    skills: Annotated[dict[str, int], Field(description="The skills that are wanted of a seat, each with its least level.")]
    starvation_bound_s: Annotated[float, Field(description="Nobody who comes more than this later is served before him.")]
    rule: Annotated[str | None, Field(description="The rule of routes that decided; null: none, and the ladder of the class holds.")]
    passed: Annotated[list[PassedExplained], Field(description="Rules for this caller before it.")]
    closed: bool
    first: Annotated[
        list[StepExplained], Field(description="What is done at once: the hotline is closed to him, or he chose so in a menu.")
    ]
    end: Annotated[EndExplained | None, Field(description="null: nobody waits.")]
    choices: list[ChoiceExplained]


class ExplanationDocument(Document):
    """The whole decision for such a call, by the very code that routes; `reasons` are whole sentences in order."""

    number: NumberExplained
    dialled: str
    trunk: str
    at: str
    caller: CallerExplained
    plan: PlanExplained
    reasons: list[str]


def explanation_document(document: dict[str, Any]) -> ExplanationDocument:
    """The explanation as it stands, checked against what is promised."""
    return ExplanationDocument.model_validate(document)
