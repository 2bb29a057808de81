"""The whitelist and the roster in memory, and pages of anything."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from api.sources import Specialist
from calls.errors import NotFound, Refused
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


@dataclass(frozen=True, kw_only=True)
class Person:
    """api.sources.Specialist."""

    specialist_id: str
    name: str
    department: str
    leader: bool = False
    title: str = ""
    office: tuple[str, ...] = ()
    mobile: tuple[str, ...] = ()
    notes: str = ""


TAX = "市税务局"
LEADER = Person(specialist_id="t-0", name="赵局", department=TAX, leader=True, title="分管领导", mobile=("13900001009",))
FIRST = Person(specialist_id="t-1", name="张专员", department=TAX, office=("0515-86660001",), mobile=("13900001001",))
SECOND = Person(specialist_id="t-2", name="李专员", department=TAX, office=("0515-86660002",), notes="窗口咨询专员")
HOUSING = Person(specialist_id="h-1", name="孙专员", department="市住建局", office=("0515-86660003",))
LABOUR = Person(specialist_id="r-1", name="周专员", department="市人社局", office=("8001",))


class Roster:
    """api.sources.Roster."""

    def __init__(self) -> None:
        self.held: list[Specialist] = [LEADER, FIRST, SECOND, HOUSING, LABOUR]

    async def find(
        self, *, department: str | None = None, q: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Specialist]:
        found = [
            one for one in self.held if (department is None or department in one.department) and (q is None or q in one.name)
        ]
        return cut(found, lambda one: (self.held.index(one),), cursor, limit)

    async def specialist(self, specialist_id: str) -> Specialist:
        for one in self.held:
            if one.specialist_id == specialist_id:
                return one
        raise NotFound("specialist_unknown", f"There is no specialist {specialist_id}", specialist_id=specialist_id)
