"""Asking for a specialist, as JSON."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictBool, model_validator

from api.documents.plain import Question
from conference.asking import LONGEST_ABOUT, Wanted
from conference.roster import Level


class AskSpecialist(Question):
    """Whom to bring in: one specialist by his id, or whoever of a department, or with a topic, accepts."""

    more_schema: ClassVar = {"oneOf": [{"required": ["specialist_id"]}, {"required": ["department"]}, {"required": ["topic"]}]}

    specialist_id: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    department: Annotated[str | None, Field(min_length=1, max_length=100, description="Its name or a part of it, e.g. 税务.")] = None
    topic: Annotated[str | None, Field(min_length=1, max_length=100, description="Of 优势业务领域, or a part of it, e.g. 出口退税.")] = None
    level: Annotated[Level | None, Field(description="Only specialists of this level.")] = None
    about: Annotated[
        str | None, Field(min_length=1, max_length=LONGEST_ABOUT, description="What the specialist is told; else department or topic.")
    ] = None
    anyway: Annotated[StrictBool, Field(description="Also who is off duty, away, or in another talk.")] = False
    instead: Annotated[StrictBool, Field(description="Of a hunt that goes on, which is cancelled.")] = False

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(given is not None for given in (self.specialist_id, self.department, self.topic)) != 1:
            raise ValueError("name either specialist_id or department, or a topic; one of the three")
        return self


def wanted_of(asked: AskSpecialist) -> Wanted:
    """Whom the seat wants."""
    return Wanted(
        department=asked.department or "",
        topic=asked.topic or "",
        specialist_id=asked.specialist_id or "",
        level=asked.level,
        about=asked.about or "",
        anyway=asked.anyway,
        instead=asked.instead,
    )
