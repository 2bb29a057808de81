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


class EndExplained(Document):
    """What happens at the end of the ladder."""

    after_s: float
    duty_phone: str | None
    message: str


class ChoiceExplained(Document):
    """A way through the menu and the ladder it leads to."""

    keys: str
    ladder: list[RungExplained]


class PlanExplained(Document):
    """What is to happen with the call."""

    ivr: str
    greeting: str | None
    menu: str | None
    language: str
    ladder: list[RungExplained]
    rank_bonus_s: int
    end: EndExplained
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
