"""One list out of several that are each in the same order, page by page, without a count of what was passed over."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from calls.errors import Refused
from tickets.records import Page

Item = TypeVar("Item")
Key = tuple[int, datetime, str]
"""What lists are ordered by, the greatest first: precedence, when the call arrived, the call's id."""

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand(Generic[Item]):
    """One of the lists: `read` gives its page after a cursor of its own (None: the first)."""

    name: str
    read: Callable[[str | None], Awaitable[Page[Item]]]
    key: Callable[[Item], Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a merged list was read: everything down to `after`; each strand goes on at its own cursor."""

    after: Key | None = None
    cursors: Mapping[str, str | None]

    def __str__(self) -> str:
        after = None if self.after is None else [self.after[0], self.after[1].isoformat(), self.after[2]]
        return encoded([_VERSION, after, dict(self.cursors)])


@dataclass(frozen=True, slots=True)
class _Found(Generic[Item]):
    key: Key
    item: Item
    strand: str
    cursor: str | None  # of the page it stood on, which is read again where it was not taken


async def merged(strands: Sequence[Strand[Item]], *, cursor: str | None, limit: int) -> Page[Item]:
    """The page after `cursor`.

    Raises: Refused: the cursor is none of ours. And whatever a strand raises.
    """
    start = Place(cursors={}) if cursor is None else _place(cursor)
    found: list[_Found[Item]] = []
    ends: dict[str, str | None] = {}
    for strand in strands:
        if strand.name in start.cursors or cursor is None:
            found += await _ahead(strand, start, limit + 1)
    found.sort(key=_key, reverse=True)
    taken, left = found[:limit], found[limit:]
    if not left:
        return Page(items=tuple(one.item for one in taken), next=None)
    for one in left:
        ends.setdefault(one.strand, one.cursor)
    return Page(items=tuple(one.item for one in taken), next=str(Place(after=taken[-1].key, cursors=ends)))


async def _ahead(strand: Strand[Item], start: Place, enough: int) -> list[_Found[Item]]:
    """The strand's next items after the place; at least `enough` of them, or all there are."""
    found: list[_Found[Item]] = []
    cursor = start.cursors.get(strand.name)
    while len(found) < enough:
        page = await strand.read(cursor)
        keyed = [(strand.key(item), item) for item in page.items]
        found += [_Found(key, item, strand.name, cursor) for key, item in keyed if start.after is None or key < start.after]
        if page.next is None:
            break
        cursor = page.next
    return found


def _key(one: _Found[Item]) -> Key:
    return one.key


def encoded(document: object) -> str:
    """A cursor: a document that is nobody's business but ours."""
    return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")


def decoded(cursor: str) -> object:
    """The document of a cursor. Raises: Refused."""
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise unreadable() from None


def unreadable() -> Refused:
    """A cursor that somebody made up."""
    return Refused("cursor_unreadable", "cursor is none of ours; begin again without it.", field="cursor")


def _place(cursor: str) -> Place:
    match decoded(cursor):
        case [version, [int(precedence), str(moment), str(call_id)], dict(cursors)] if version == _VERSION:
            if not all(value is None or isinstance(value, str) for value in cursors.values()):
                raise unreadable()
            try:
                at = datetime.fromisoformat(moment)
            except ValueError:
                raise unreadable() from None
            if at.tzinfo is None:
                raise unreadable()
            return Place(after=(precedence, at, call_id), cursors=cursors)
    raise unreadable()


def cut(items: Sequence[Item], *, key: Callable[[Item], str], cursor: str | None, limit: int) -> Page[Item]:
    """A page of a list that is at hand in full and in the order of `key`."""
    if cursor is not None:
        after = decoded(cursor)
        if not isinstance(after, str):
            raise unreadable()
        items = [item for item in items if key(item) > after]
    if len(items) <= limit:
        return Page(items=tuple(items), next=None)
    return Page(items=tuple(items[:limit]), next=encoded(key(items[limit - 1])))
