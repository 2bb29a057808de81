"""The specialists' roster as JSON."""

from typing import Annotated

from pydantic import Field

from api.documents.plain import Document, Paged, PageDocument
from api.sources import Specialist


class SpecialistsWanted(Paged):
    """Which specialists."""

    department: Annotated[str | None, Field(min_length=1, max_length=100, description="The department's name or a part of it.")] = None
    q: Annotated[str | None, Field(min_length=1, max_length=100, description="Part of the specialist's name.")] = None


class SpecialistDocument(Document):
    """A policy specialist. `leader`: 分管领导, asked after everybody else of the department."""

    specialist_id: str
    name: str
    department: str
    leader: bool
    title: str | None
    office: list[str]
    mobile: list[str]
    notes: str | None


class SpecialistPage(PageDocument[SpecialistDocument]):
    """Specialists in the roster's order."""


def specialist_document(specialist: Specialist) -> SpecialistDocument:
    """A specialist."""
    return SpecialistDocument(
        specialist_id=specialist.specialist_id,
        name=specialist.name,
        department=specialist.department,
        leader=specialist.leader,
        title=specialist.title or None,
        office=list(specialist.office),
        mobile=list(specialist.mobile),
        notes=specialist.notes or None,
    )
