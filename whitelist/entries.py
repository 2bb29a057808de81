"""An entry of the whitelist: an enterprise or a project, who speaks for it and by which numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from whitelist.patterns import open_digits
from whitelist.plain import squeezed, to_plain


class Kind(StrEnum):
    """What stands on the list."""

    ENTERPRISE = "enterprise"
    PROJECT = "project"


class Role(StrEnum):
    """Whose number it is, in the words of the forms."""

    LEGAL = "法定代表人"
    LIAISON = "企业联络人"
    PROJECT_LIAISON = "项目联络人"
    SWITCHBOARD = "总机"


@dataclass(frozen=True, slots=True)
class ContactNumber:
    """One number, or block of numbers, of a contact (see `whitelist.patterns`)."""

    pattern: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone who speaks for the entry; the form's column gives the role. The name may be missing, and so may the numbers."""

    role: Role
    name: str = ""
    numbers: tuple[ContactNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryNumber:
    """A number of an entry as a call meets it: what it covers, whose it is, and by what name."""

    pattern: str
    role: Role
    contact: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entry was read: file, sheet and row (the first of several)."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class EntryRef:
    """What a call needs to know of the entry it belongs to."""

    entry_id: str
    kind: Kind
    name: str
    tier: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def valid_on(self, day: date) -> bool:
        """Whether the entry counts on that day; the first and the last day are included."""
        return not self.begins_after(day) and not self.ended_before(day)

    def begins_after(self, day: date) -> bool:
        """Whether the entry does not count yet."""
        return self.valid_from is not None and day < self.valid_from

    def ended_before(self, day: date) -> bool:
        """Whether the entry has expired."""
        return self.valid_until is not None and day > self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One enterprise or project with everything the forms say of it. Where it was read makes no difference between two.

    `scope` is 经营范围 or 项目内容, `authority` 主管部门, `notes` 重点信息, `industry` 所属行业 or 类别, `filed_by` 填报单位.
    """

    entry_id: str
    kind: Kind
    name: str
    tier: str = ""
    address: str = ""
    industry: str = ""
    scope: str = ""
    authority: str = ""
    notes: str = ""
    filed_by: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    contacts: tuple[Contact, ...] = ()
    source: Source | None = field(default=None, compare=False)

    @property
    def legal_representative(self) -> str:
        """The name in 法定代表人, "" where there is none."""
        return next((contact.name for contact in self.contacts if contact.role is Role.LEGAL and contact.name), "")

    @property
    def numbers(self) -> tuple[EntryNumber, ...]:
        """Every number of every contact, in the order of the form."""
        return tuple(
            EntryNumber(number.pattern, role_of(contact.role, contact.name, number.pattern), contact.name, number.extension)
            for contact in self.contacts
            for number in contact.numbers
        )

    @property
    def ref(self) -> EntryRef:
        """What a call needs to know of it."""
        return EntryRef(self.entry_id, self.kind, self.name, self.tier, self.valid_from, self.valid_until)


def role_of(column: Role, contact: str, pattern: str) -> Role:
    """The role of a number: a block, or what is called 总机, is the switchboard whatever column it stands in."""
    return Role.SWITCHBOARD if open_digits(pattern) or "总机" in contact else column


def entry_id_of(kind: Kind, name: str) -> str:
    """The id of an enterprise or a project: 16 hex digits made of its kind and its name.

    The same name gives the same id in every file and every year, whatever its white space, width and case; a renamed
    enterprise is another entry.
    """
    return blake2b(f"{kind}\0{squeezed(name)}".encode("utf-8", "replace"), digest_size=8).hexdigest()


_STARS: Final = "零一二三四五六七八九"
_TIER: Final = re.compile(rf"([{_STARS[1:]}1-9])\s*星(?:级|企业|(?=[;,。、\s)]|$))")


def star_tier(text: str) -> str:
    """The highest star rating that the text names (4星, 四 星级, ★★★★) as 四星级; "" where it names none."""
    plain = to_plain(text)
    found = [_STARS.find(star) if star in _STARS else int(star) for star in _TIER.findall(plain)]
    found += [len(stars) for stars in re.findall(r"★{1,9}", plain)]
    return f"{_STARS[max(found)]}星级" if found else ""


def tier_rank(tier: str) -> int:
    """The stars of a tier; 0 for one without stars."""
    stars = star_tier(tier)
    return _STARS.find(stars[0]) if stars else 0


def canonical_contacts(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """The contacts in the one order and grouping that a form can hold: by role, the nameless first, each name and number once."""
    merged: dict[tuple[Role, str], dict[ContactNumber, None]] = {}
    for contact in contacts:
        merged.setdefault((contact.role, contact.name), {}).update(dict.fromkeys(contact.numbers))
    order = list(Role)
    keys = sorted(merged, key=lambda key: (order.index(key[0]), key[1] != ""))
    return tuple(Contact(*key, tuple(merged[key])) for key in keys if key[1] or merged[key])
