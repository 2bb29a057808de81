"""The specialists' roster as JSON."""

from typing import Annotated

from pydantic import Field

from api.documents.plain import Document, Paged, PageDocument
from conference.duty import Standing
from conference.roster import Level, Specialist, SpecialistKind


class SpecialistsWanted(Paged):
    """Which specialists."""

    department: Annotated[
        str | None, Field(min_length=1, max_length=100, description="Part of the unit's name (市税务局) or of its short one (税务).")
    ] = None
    q: Annotated[str | None, Field(min_length=1, max_length=100, description="Part of the specialist's name, title or notes.")] = None


class SpecialistDocument(Document):
    """A policy specialist. `leader`: 分管领导, asked after everybody else of the department."""

    specialist_id: str
    name: str
    unit: Annotated[str, Field(description="单位 as it stands in the form.")]
    department: Annotated[str, Field(description="Its short name, by which a seat asks for it: 税务.")]
    kind: SpecialistKind
    leader: bool
    place: Annotated[int, Field(description="Among the specialists of his unit, from 1.")]
    title: str | None
    office: list[str]
    mobile: list[str]
    notes: str | None
    topics: Annotated[list[str], Field(description="优势业务领域, by which a seat may ask for him.")]
    level: Level | None
    duty: Annotated[list[str], Field(description="值班时间: names of hours; empty: as his department.")]
    stand_ins: Annotated[list[str], Field(description="替班人: who takes over while he is away or off duty.")]
    on_duty: Annotated[bool, Field(description="Whether he can be asked now, as far as his hours go.")]
    off_duty_why: str | None
    busy: Annotated[bool, Field(description="He is in a talk, or being rung.")]


class SpecialistPage(PageDocument[SpecialistDocument]):
    """Specialists unit by unit, in each in the order in which they are asked; only 分管领导 are asked last."""


def specialist_document(specialist: Specialist, standing: Standing, *, busy: bool) -> SpecialistDocument:
    """A specialist."""
    return SpecialistDocument(
        specialist_id=specialist.specialist_id,
        name=specialist.name,
        unit=specialist.unit,
        department=specialist.department,
        kind=specialist.kind,
        leader=specialist.leader,
        place=specialist.place,
        title=specialist.title or None,
        office=list(specialist.office),
        mobile=list(specialist.mobile),
        notes=specialist.notes or None,
        topics=list(specialist.topics),
        level=specialist.level,
        duty=list(specialist.duty),
        stand_ins=list(specialist.stand_ins),
        on_duty=standing.on_duty,
        off_duty_why=standing.why or None,
        busy=busy,
    )
