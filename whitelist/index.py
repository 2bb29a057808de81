"""The whitelist as every engine holds it in memory: whose number is this, in microseconds.

A `Directory` is immutable. Its two packed maps lead from a number, or a block of numbers, to the entries that claim it,
and from an entry's id to what a call needs to know of it; addresses and the like stay in SQL. A changed directory shares
nearly everything with the one it came from.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from whitelist.entries import Entry, EntryNumber, EntryRef, Kind, Role
from whitelist.packed import PackedMap, PackedWriter
from whitelist.patterns import open_digits

_ROLES: Final = tuple(Role)
_OPEN_AT: Final = 60
"""A block's key carries the count of its open digits above 60 bits of prefix (E.164: 15 digits, 50 bits)."""
_MOST_DIGITS: Final = 17


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that claims the number, and by which of its numbers: the narrowest where several of them cover it."""

    entry: EntryRef
    number: EntryNumber


class Directory:
    """Which entries claim a number. Made by `DirectoryBuilder` or `Directory.of`."""

    __slots__ = ("_claims", "_entries", "_widths")

    def __init__(self, entries: PackedMap, claims: PackedMap, widths: frozenset[int]) -> None:
        self._entries = entries
        self._claims = claims
        self._widths = tuple(sorted(widths))

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Directory":
        """The directory of these entries; of two with one id the later counts."""
        builder = DirectoryBuilder()
        for entry in sorted({entry.entry_id: entry for entry in entries}.values(), key=lambda entry: entry.entry_id):
            builder.add(entry.ref, entry.numbers)
        return builder.build()

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    @property
    def numbers(self) -> int:
        """How many different numbers and blocks are claimed."""
        return len(self._claims)

    def get(self, entry_id: str) -> EntryRef | None:
        """The entry of that id."""
        record = self._entries.get(int(entry_id, 16))
        return _unpack(int(entry_id, 16), record)[0] if record is not None else None

    def lookup(self, e164: str) -> tuple[Match, ...]:
        """Every entry that claims the number, by an exact number or by a block, each once; in no order of merit."""
        digits = int(e164[1:]) if len(e164) <= _MOST_DIGITS + 1 else 0
        found: dict[int, Match] = {}
        for width in (0, *self._widths):
            for key in self._claimants((width << _OPEN_AT) | digits // 10**width):
                found.setdefault(key, self._match(key, e164, width))
        return tuple(found.values())

    def with_changes(self, changed: Iterable[Entry], removed: Iterable[str] = ()) -> "Directory":
        """A directory in which these entries are as given and those ids are gone; this one stays as it is."""
        records: dict[int, bytes | None] = {int(entry_id, 16): None for entry_id in removed}
        widths = set(self._widths)
        for entry in changed:
            records[int(entry.entry_id, 16)] = _pack(entry.ref, entry.numbers)
            widths.update(open_digits(number.pattern) for number in entry.numbers)
        claims = self._changed_claims(records)
        return Directory(self._entries.with_changes(records), self._claims.with_changes(claims), frozenset(widths - {0}))

    def _claimants(self, claim: int) -> "array[int]":
        return array("Q", self._claims.get(claim) or b"")

    def _match(self, key: int, e164: str, width: int) -> Match:
        entry, numbers = _unpack(key, self._entries.get(key) or b"")
        pattern = e164[: len(e164) - width] + "x" * width
        return Match(entry, next(number for number in numbers if number.pattern == pattern))

    def _changed_claims(self, records: dict[int, bytes | None]) -> dict[int, bytes | None]:
        claimants: dict[int, dict[int, None]] = {}
        for key, record in records.items():
            for claim in _claims_of(self._entries.get(key)):
                claimants.setdefault(claim, dict.fromkeys(self._claimants(claim))).pop(key, None)
            for claim in _claims_of(record):
                claimants.setdefault(claim, dict.fromkeys(self._claimants(claim)))[key] = None
        return {claim: array("Q", sorted(keys)).tobytes() or None for claim, keys in claimants.items()}


class DirectoryBuilder:
    """Builds a directory from entries that come in the order of their ids, as SQL streams them."""

    def __init__(self) -> None:
        self._records = PackedWriter()
        self._claims: list[int] = []
        self._widths: set[int] = set()

    def add(self, entry: EntryRef, numbers: Iterable[EntryNumber]) -> None:
        """Take one more entry.

        Raises: ValueError: its id is not above those before it.
        """
        numbers = tuple(numbers)
        key = int(entry.entry_id, 16)
        self._records.add(key, _pack(entry, numbers))
        for claim in {_claim(number.pattern) for number in numbers}:
            self._claims.append((claim << 64) | key)
            self._widths.add(claim >> _OPEN_AT)

    def build(self) -> Directory:
        """The directory of all that was added."""
        self._claims.sort()
        claims = PackedMap.of_sorted(_grouped(self._claims))
        return Directory(self._records.finish(), claims, frozenset(self._widths - {0}))


def _claim(pattern: str) -> int:
    width = open_digits(pattern)
    return (width << _OPEN_AT) | int(pattern[1 : len(pattern) - width])


def _claims_of(record: bytes | None) -> set[int]:
    return {_claim(number.pattern) for number in _unpack(0, record)[1]} if record else set()


def _grouped(claims: list[int]) -> Iterator[tuple[int, bytes]]:
    """Each claim once, with the ids that make it."""
    before, keys = -1, array("Q")
    for packed in claims:
        claim = packed >> 64
        if claim != before and keys:
            yield before, keys.tobytes()
            keys = array("Q")
        before = claim
        keys.append(packed & 0xFFFF_FFFF_FFFF_FFFF)
    if keys:
        yield before, keys.tobytes()


def _pack(entry: EntryRef, numbers: Iterable[EntryNumber]) -> bytes:
    """The entry as text with unit separators: kind, tier, validity, name, then three fields for each number."""
    parts = [entry.kind, entry.tier, _iso(entry.valid_from), _iso(entry.valid_until), entry.name]
    for number in numbers:
        parts += (number.pattern, str(_ROLES.index(number.role)), number.contact)
    text = "\x1f".join(parts)
    if text.count("\x1f") != len(parts) - 1:
        text = "\x1f".join([part.replace("\x1f", " ") for part in parts])
    return text.encode("utf-8", "replace")


def _unpack(key: int, record: bytes) -> tuple[EntryRef, tuple[EntryNumber, ...]]:
    kind, tier, since, until, name, *rest = record.decode().split("\x1f")
    entry = EntryRef(f"{key:016x}", Kind(kind), name, tier, _date(since), _date(until))
    numbers = zip(rest[0::3], rest[1::3], rest[2::3], strict=True)
    return entry, tuple(EntryNumber(pattern, _ROLES[int(role)], contact) for pattern, role, contact in numbers)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
