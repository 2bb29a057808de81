"""The whitelist and the roster in memory, and pages of anything."""

import ast
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from calls.errors import NotFound, Refused
from conference.duty import Absence
from conference.figures import DepartmentFigures
from conference.planning import Answering
from conference.roster import Specialist, SpecialistKind, department_of
from conference.roster_keeping import RosterPage
from conference.wishes import FreeWish
from tests.unit.routing.callers import ENTERPRISE, PROJECT
from tickets.records import Page
from whitelist.entries import Entry
from whitelist.keeping import EntryPage, WantedEntries
from whitelist.patterns import open_digits

Item = TypeVar("Item")


def cut(items: Sequence[Item], key: Callable[[Item], Any], cursor: str | None, limit: int) -> Page[Item]:
    """The page after the item whose key the cursor is."""
    ordered = sorted(items, key=key)
    if cursor is not None:
        if not cursor.startswith("("):
            raise Refused("cursor_unreadable", "cursor is none of ours; begin again without it", field="cursor")
        ordered = [item for item in ordered if key(item) > ast.literal_eval(cursor)]
    page = tuple(ordered[:limit])
    return Page(items=page, next=repr(key(page[-1])) if len(ordered) > limit else None)


class Enterprises:
    """api.sources.Enterprises."""

    def __init__(self) -> None:
        self.held: list[Entry] = [ENTERPRISE, PROJECT]

    async def find(self, wanted: WantedEntries, *, cursor: str | None = None, limit: int = 50) -> EntryPage:
        found = [
            entry
            for entry in self.held
            if wanted.kind in (None, entry.kind)
            and (wanted.name is None or wanted.name in entry.name)
            and (wanted.number is None or any(_covers(number.pattern, wanted.number) for number in entry.numbers))
        ]
        page = cut(found, lambda entry: (entry.name,), cursor, limit)
        return EntryPage(page.items, page.next)

    async def get(self, entry_id: str) -> Entry:
        for entry in self.held:
            if entry.entry_id == entry_id:
                return entry
        raise NotFound("entry_unknown", f"There is no whitelist entry {entry_id}", entry_id=entry_id)


def _covers(pattern: str, number: str) -> bool:
    if not number.startswith("+"):
        return number in pattern
    fixed = len(pattern) - open_digits(pattern)
    return len(number) == len(pattern) and number[:fixed] == pattern[:fixed]


def a_specialist(specialist_id: str, name: str, unit: str, **fields: object) -> Specialist:
    given: dict[str, Any] = {"kind": SpecialistKind.EXPERT, "place": 1, **fields}
    return Specialist(specialist_id=specialist_id, name=name, unit=unit, department=department_of(unit), **given)


TAX = "市税务局"
LEADER = a_specialist("t-0", "赵局", TAX, kind=SpecialistKind.LEADER, title="副局长", mobile=("13900001009",))
FIRST = a_specialist("t-1", "张专员", TAX, place=2, office=("0515-86660001",), mobile=("13900001001",))
SECOND = a_specialist("t-2", "李专员", TAX, place=3, office=("0515-86660002",), notes="窗口咨询专员")
HOUSING = a_specialist("h-1", "孙专员", "市住建局", office=("0515-86660003",))
LABOUR = a_specialist("r-1", "周专员", "市人社局", office=("8001",))


class Roster:
    """api.sources.Roster."""

    def __init__(self) -> None:
        self.held: list[Specialist] = [LEADER, FIRST, SECOND, HOUSING, LABOUR]

    async def find(
        self, *, department: str | None = None, q: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> RosterPage:
        found = [
            one
            for one in self.held
            if (department is None or department in f"{one.unit} {one.department}") and (q is None or q in one.name)
        ]
        page = cut(found, lambda one: (self.held.index(one),), cursor, limit)
        return RosterPage(page.items, page.next)

    async def everybody(self) -> list[Specialist]:
        return list(self.held)

    async def specialist(self, specialist_id: str) -> Specialist:
        for one in self.held:
            if one.specialist_id == specialist_id:
                return one
        raise NotFound("specialist_unknown", f"There is no specialist {specialist_id}", specialist_id=specialist_id)


class Availability:
    """conference.roster_keeping.Absences, conference.figures.SpecialistFigures and conference.wishes.FreeWishes, in memory."""

    def __init__(self) -> None:
        self.away: dict[str, Absence] = {}
        self.figures: dict[str, DepartmentFigures] = {}
        self.answers: dict[str, Answering] = {}
        self.wishes: list[FreeWish] = []

    async def absences(self, at: datetime) -> dict[str, Absence]:
        return {ident: absence for ident, absence in self.away.items() if absence.until > at}

    async def mark_away(self, absence: Absence) -> None:
        self.away[absence.specialist_id] = absence

    async def is_back(self, specialist_id: str) -> None:
        self.away.pop(specialist_id, None)

    async def answering(self, specialist_ids: Sequence[str], *, since: datetime) -> dict[str, Answering]:
        return {ident: self.answers[ident] for ident in specialist_ids if ident in self.answers}

    async def departments(self, *, since: datetime, until: datetime) -> dict[str, DepartmentFigures]:
        return self.figures

    async def add(self, wish: FreeWish) -> FreeWish:
        self.wishes.append(wish)
        return wish

    async def open(self) -> list[FreeWish]:
        return [wish for wish in self.wishes if wish.told is None]

    async def lately(self, *, seat_id: str | None, since: datetime) -> list[FreeWish]:
        return [wish for wish in self.wishes if seat_id in (None, wish.seat_id)]

    async def tell(self, wish: FreeWish) -> bool:
        self.wishes = [wish if one.wish_id == wish.wish_id else one for one in self.wishes]
        return True

    async def withdraw(self, wish_id: str) -> None:
        if wish_id not in [wish.wish_id for wish in self.wishes]:
            raise NotFound("wish_unknown", f"There is no wish {wish_id}", wish_id=wish_id)
        self.wishes = [wish for wish in self.wishes if wish.wish_id != wish_id]
