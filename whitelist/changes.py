"""What an import would change: the difference between what is kept and what a file holds, before anything is applied."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Generic, Protocol, TypeVar

from whitelist.entries import Entry
from whitelist.exporting import contacts_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """One that stays with other contents."""

    before: T
    after: T
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Diff(Generic[T]):
    """What becomes of the kept ones. `missing` are not in the file and stay all the same; `removed` go."""

    added: tuple[T, ...] = ()
    changed: tuple[Change[T], ...] = ()
    removed: tuple[T, ...] = ()
    missing: tuple[T, ...] = ()
    unchanged: int = 0

    @property
    def nothing_to_change(self) -> bool:
        """Whether applying it would do nothing."""
        return not (self.added or self.changed or self.removed)


class _Row(Protocol):
    """A frozen dataclass that came from a row of a form; `source` says from which, and is no part of it."""

    @property
    def source(self) -> object: ...


R = TypeVar("R", bound=_Row)


def diff_entries(kept: Iterable[Entry], new: Iterable[Entry], *, remove_missing: bool = False) -> Diff[Entry]:
    """The difference an import makes to the kept entries.

    Missing can only be what the file could have held: entries of the kinds it has, and where each of its rows names who filed it
    (填报单位), only entries filed by the same. They are kept, and told of, unless `remove_missing`.
    """
    news = list(new)
    kinds = {entry.kind for entry in news}
    filers = {entry.filed_by for entry in news}

    def expected(entry: Entry) -> bool:
        return entry.kind in kinds and ("" in filers or entry.filed_by in filers)

    return diff(kept, news, key=lambda entry: entry.entry_id, expected=expected, remove_missing=remove_missing)


def diff(
    kept: Iterable[R], new: Iterable[R], *, key: Callable[[R], str], expected: Callable[[R], bool], remove_missing: bool = False
) -> Diff[R]:
    """The difference between kept and new ones with the same key; `expected` says which kept ones the file could have held."""
    before = {key(item): item for item in kept}
    after = {key(item): item for item in new}
    missing = tuple(item for name, item in before.items() if name not in after and expected(item))
    changed = tuple(_change(before[name], item) for name, item in after.items() if name in before and before[name] != item)
    return Diff(
        added=tuple(item for name, item in after.items() if name not in before),
        changed=changed,
        removed=missing if remove_missing else (),
        missing=() if remove_missing else missing,
        unchanged=sum(name in before for name in after) - len(changed),
    )


def _change(before: R, after: R) -> Change[R]:
    names = [field.name for field in fields(after) if field.compare]  # type: ignore[arg-type] # a dataclass, which Protocol cannot say
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in names]
    return Change(before, after, tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new))


ENTRY_WORDS: Mapping[str, str] = {
    "name": "名称", "tier": "星级", "address": "住所/地址", "industry": "行业", "scope": "经营范围/项目内容", "authority": "主管部门",
    "notes": "重点信息", "filed_by": "填报单位", "valid_from": "有效期起", "valid_until": "有效期至", "contacts": "联络人及号码",
}  # fmt: skip
"""What a field of an entry is called in a diff."""


def describe_entries(changes: Diff[Entry]) -> str:
    """The difference as text, an entry to a line and a changed field to a line below it."""
    return describe(changes, name=_line, words=ENTRY_WORDS)


def describe(changes: Diff[T], *, name: Callable[[T], str], words: Mapping[str, str]) -> str:
    """Any difference as text: + added, ~ changed (with the fields before and after), - removed, ? missing but kept."""
    lines = [f"+ {name(item)}" for item in changes.added]
    for change in changes.changed:
        lines.append(f"~ {name(change.after)}")
        lines += [f"    {words.get(one.field, one.field)}: {_shown(one.before)} -> {_shown(one.after)}" for one in change.fields]
    lines += [f"- {name(item)}" for item in changes.removed]
    lines += [f"? {name(item)} (not in the file; kept)" for item in changes.missing]
    if changes.nothing_to_change:
        return "\n".join([*lines, f"Nothing to change: {changes.unchanged} are as they were."])
    counts = f"{len(changes.added)} added, {len(changes.changed)} changed, {len(changes.removed)} removed, {changes.unchanged} unchanged"
    return "\n".join([*lines, f"{counts}."])


def _line(entry: Entry) -> str:
    tier = f" ({entry.tier})" if entry.tier else ""
    return f"{entry.name}{tier}: {contacts_text(entry.contacts)}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ("、".join(value) if all(isinstance(item, str) for item in value) else contacts_text(value)) or "nothing"
    return "nothing" if value in (None, "") else str(value)
