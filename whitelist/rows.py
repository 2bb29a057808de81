"""One row of an annex form, read into an entry or refused with its cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from whitelist.cells import CellContact, parse_numbers_in_cell
from whitelist.entries import Contact, ContactNumber, Entry, Kind, Source, canonical_contacts, entry_id_of, star_tier, tier_rank
from whitelist.forms import KIND_OF, ROLE_OF
from whitelist.plain import one_line, shown
from whitelist.tables import Remark, TableRow
from whitelist.validity import Validity, read_validity, validity_in

LONGEST_TEXT: Final = 2_000
LOWEST_STARS: Final = 3
_SECTORS: Final = ("工业", "服务业", "建筑业", "农业")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row gave: an entry (without numbers where it has none of its own), and what is to be told of it."""

    entry: Entry
    warnings: tuple[Remark, ...] = ()


def read_row(row: TableRow, *, file: str, area_code: str) -> ReadRow | Remark:
    """The entry of a row; the Remark of its refusal where it cannot be taken."""
    fault = next(_faults(row), None)
    if fault:
        return fault
    kind = KIND_OF[row.form.name]
    tier, validity = _tier(row), _validity(row)
    if validity.problem:
        return Remark(row.cell("valid_until" if row.texts.get("valid_until") else "notes"), f"the validity {validity.problem}")
    if kind is Kind.ENTERPRISE and 0 < tier_rank(tier) < LOWEST_STARS:
        return Remark(row.cell("tier" if row.texts.get("tier") else "notes"), f"{tier} is below the three stars this form is for.")
    contacts, warnings = _contacts(row, area_code)
    return ReadRow(_entry(row, kind, tier, validity, contacts, file), warnings)


def lacking_numbers(row: TableRow) -> Remark:
    """The refusal of a row that gives no number to reach anybody by."""
    fields = [field for field in ROLE_OF if field in row.columns]
    filled = [field for field in fields if row.texts[field]] or fields
    if not filled:
        return Remark(row.cell(row.form.key), "the table has no column with contacts and their numbers.")
    text = row.texts[filled[0]]
    problems = f"{shown(text)} holds no number that can be taken" if text else "no number is given"
    return Remark(row.cell(filled[0]), f"{problems}; write one such as 0515-88880001 or 13900001001.")


def _faults(row: TableRow) -> Iterator[Remark]:
    for field, flaw in row.flaws.items():
        yield Remark(row.cell(field), f"the cell {flaw}.")
    if not one_line(row.texts[row.form.key]):
        yield Remark(row.cell(row.form.key), f"{row.form.key_heading} is empty; fill it in, or merge it with the cell above.")
    for field, text in row.texts.items():
        if len(text) > LONGEST_TEXT:
            yield Remark(row.cell(field), f"the cell holds {len(text)} characters; {LONGEST_TEXT} are read at most.")


def _entry(row: TableRow, kind: Kind, tier: str, validity: Validity, contacts: tuple[Contact, ...], file: str) -> Entry:
    name = one_line(row.texts["name"])
    told = {field: one_line(row.texts.get(field, "")) for field in ("address", "industry", "scope", "authority", "notes", "filed_by")}
    told["industry"] = told["industry"] or next((sector for sector in _SECTORS if sector in row.section), "")
    told["filed_by"] = told["filed_by"] or row.filed_by
    return Entry(
        entry_id=entry_id_of(kind, name),
        kind=kind,
        name=name,
        tier=tier,
        **told,
        valid_from=validity.valid_from,
        valid_until=validity.valid_until,
        contacts=contacts,
        source=Source(file, row.sheet, row.number),
    )


def _tier(row: TableRow) -> str:
    """From its own column where that is filled (无 says there is none), else the stars in 重点信息."""
    own = one_line(row.texts.get("tier", ""))
    if own:
        return star_tier(own) or ("" if own == "无" else f"{own}星级" if own in "三四五" else own)
    return star_tier(row.texts.get("notes", ""))


def _validity(row: TableRow) -> Validity:
    """From columns of its own where these are filled, else from 重点信息."""
    since, until = row.texts.get("valid_from", ""), row.texts.get("valid_until", "")
    if not since and not until:
        return validity_in(row.texts.get("notes", ""))
    start, end = read_validity(since), read_validity(until)
    first = (start.valid_from or start.valid_until) if since else end.valid_from
    return start if start.problem else _ordered(first, end)


def _ordered(first: date | None, end: Validity) -> Validity:
    if first and end.valid_until and first > end.valid_until:
        return Validity(problem=f"from {first} to {end.valid_until} ends before it begins.")
    return Validity(first, end.valid_until, end.problem)


def _contacts(row: TableRow, area_code: str) -> tuple[tuple[Contact, ...], tuple[Remark, ...]]:
    contacts: list[Contact] = []
    warnings: list[Remark] = []
    for field, role in ROLE_OF.items():
        for found in parse_numbers_in_cell(row.texts.get(field, ""), area_code=area_code):
            contacts.append(Contact(role, found.name, _numbers(found)))
            warnings += [Remark(row.cell(field), f"left out: {number.reason}") for number in found.numbers if not number.patterns]
    return canonical_contacts(contacts), tuple(warnings)


def _numbers(found: CellContact) -> tuple[ContactNumber, ...]:
    return tuple(ContactNumber(pattern, number.extension) for number in found.numbers for pattern in number.patterns)
