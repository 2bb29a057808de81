"""Whitelist entries as JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.documents.plain import Document, Paged, PageDocument
from whitelist.entries import Contact, Entry, Kind
from whitelist.patterns import written


class EnterprisesWanted(Paged):
    """Which entries."""

    q: Annotated[str | None, Field(min_length=1, max_length=200, description="Part of the name.")] = None
    number: Annotated[
        str | None, Field(min_length=1, max_length=64, description="A number as people write it, also of a block; or some of its digits.")
    ] = None
    kind: Annotated[Kind | None, Field(description="Only enterprises, or only projects.")] = None


class ContactDocument(Document):
    """Someone who speaks for the entry. Numbers are as people write them; open digits of a block are x."""

    role: str
    name: str | None
    numbers: list[str]


class SourceDocument(Document):
    """Where the entry was read."""

    file: str
    sheet: str
    row: int


class EnterpriseDocument(Document):
    """An enterprise or a project of the whitelist, as the annex forms have it."""

    entry_id: str
    kind: Kind
    name: str
    tier: str | None
    address: str | None
    industry: str | None
    scope: str | None
    authority: str | None
    notes: str | None
    filed_by: str | None
    valid_from: date | None
    valid_until: date | None
    contacts: list[ContactDocument]
    source: SourceDocument | None


class EnterprisePage(PageDocument[EnterpriseDocument]):
    """Entries by name."""


def enterprise_document(entry: Entry) -> EnterpriseDocument:
    """An entry."""
    source = entry.source
    return EnterpriseDocument(
        entry_id=entry.entry_id,
        kind=entry.kind,
        name=entry.name,
        tier=entry.tier or None,
        address=entry.address or None,
        industry=entry.industry or None,
        scope=entry.scope or None,
        authority=entry.authority or None,
        notes=entry.notes or None,
        filed_by=entry.filed_by or None,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        contacts=[_contact(contact) for contact in entry.contacts],
        source=None if source is None else SourceDocument(file=source.file, sheet=source.sheet, row=source.row),
    )


def _contact(contact: Contact) -> ContactDocument:
    numbers = [written(number.pattern) + (f" 转 {number.extension}" if number.extension else "") for number in contact.numbers]
    return ContactDocument(role=contact.role, name=contact.name or None, numbers=numbers)
