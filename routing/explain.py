"""The whole decision for one call, in words and as JSON: what identify() and make_plan() say, and nothing else.

Nothing is decided here. `./zhida explain`, the API and the tests read the same answer that the next caller gets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.plan import IvrMode, LadderEnd, MenuChoice, Plan, PlanRules, make_plan
from routing.skills import Skills, in_words, relaxed
from routing.waiting import Rung
from whitelist.entries import Entry, EntryNumber, EntryRef
from whitelist.identify import Identity
from whitelist.patterns import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The call that is asked about; `at` is aware, and is shown as it is."""

    dialled: str
    trunk: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What stands behind the names of a plan.

    Args:
        seats: group -> its seats.
        choices: menu -> (keys pressed, what came of them), for every way through it.
        entry: the caller's entry in full, if it is at hand.
    """

    seats: Mapping[str, Sequence[str]]
    choices: Mapping[str, Sequence[tuple[str, MenuChoice]]]
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with its reasons. `after_menu` holds the plan for each way through the menu, if one is played."""

    asked: Asked
    caller: Identity
    plan: Plan
    after_menu: tuple[tuple[str, Plan], ...]
    rules: PlanRules
    background: Background

    @property
    def reasons(self) -> tuple[str, ...]:
        """Whole sentences, in the order of the decisions."""
        return (*self.caller.reasons, *self.plan.reasons)

    def document(self) -> dict[str, Any]:
        """For --json and the API."""
        number, plan = self.caller.number, self.plan
        return {
            "number": {"raw": number.raw, "e164": number.e164, "national": number.national, "kind": str(number.kind)},
            "dialled": self.asked.dialled,
            "trunk": self.asked.trunk,
            "at": self.asked.at.isoformat(),
            "caller": self._caller_document(),
            "plan": {
                "ivr": str(plan.ivr.mode),
                "greeting": plan.ivr.greeting if plan.ivr.mode is IvrMode.GREETING else None,
                "menu": plan.ivr.menu if plan.ivr.mode is IvrMode.MENU else None,
                "language": plan.ivr.language,
                "ladder": [self._rung_document(rung) for rung in plan.ladder],
                "rank_bonus_s": plan.rank_bonus_s,
                "skills": dict(plan.skills),
                "end": _end_document(plan.end),
                "choices": [
                    {"keys": keys, "ladder": [self._rung_document(rung) for rung in chosen.ladder], "skills": dict(chosen.skills)}
                    for keys, chosen in self.after_menu
                ],
            },
            "reasons": list(self.reasons),
        }

    def _caller_document(self) -> dict[str, Any]:
        entry = self.caller.entry
        return {
            "class": str(self.caller.caller_class),
            "enterprise": entry.name if entry else None,
            "tier": (entry.tier or None) if entry else None,
            "trusted": self.caller.trusted,
            "entry": _entry_document(entry, self.background.entry) if entry else None,
            "entry_number": _number_document(self.caller.entry_number) if self.caller.entry_number else None,
        }

    def _rung_document(self, rung: Rung) -> dict[str, Any]:
        return {
            "group": rung.group,
            "label": self.rules.labels.get(rung.group, rung.group),
            "after_s": _short(rung.after_s),
            "seats": list(self.background.seats.get(rung.group, ())),
            **({} if rung.wants is None else {"wants": dict(rung.wants)}),
        }

    def words(self) -> str:
        """For people, one line a fact."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        number, asked = self.caller.number, self.asked
        e164 = f" ({number.e164})" if number.e164 else ""
        shown = number.national or number.raw or "A caller without a number"
        yield f"{shown}{e164} calls {asked.dialled} on trunk {asked.trunk} at {asked.at:%Y-%m-%d %H:%M %Z}".rstrip()
        yield f"Caller: {self._who()}"
        yield f"IVR: {self._played()}"
        yield "Ladder:"
        yield from self._ladder_lines(self.plan)
        for keys, plan in self.after_menu:
            yield f"Ladder after {f'key {keys}' if keys else 'no valid key'}:"
            yield from self._ladder_lines(plan)
        yield "Reasons:"
        yield from (f"  {place}. {reason}" for place, reason in enumerate(self.reasons, start=1))

    def _who(self) -> str:
        entry = self.caller.entry
        if entry is None:
            return str(self.caller.caller_class)
        told = _entry_document(entry, self.background.entry)
        row = f"; {told['source']['file']}, {told['source']['sheet']}, row {told['source']['row']}" if told["source"] else ""
        tier = f" ({entry.tier})" if entry.tier else ""
        return f"{entry.name}{tier}, {self.caller.caller_class}; {_validity(entry)}{row}"

    def _played(self) -> str:
        ivr = self.plan.ivr
        if ivr.mode is IvrMode.NONE:
            return "none"
        name = ivr.menu if ivr.mode is IvrMode.MENU else ivr.greeting
        return f"{ivr.mode} {name} ({ivr.language})"

    def _ladder_lines(self, plan: Plan) -> Iterator[str]:
        wanted: Skills = {}
        left = plan.skills
        for rung in plan.ladder:
            left = relaxed(left, rung.wants)
            seats = self.background.seats.get(rung.group, ())
            told = "" if left == wanted else f", wanting {in_words(left)}"
            yield f"  from {rung.after_s:g} s: {self.rules.named(rung.group)}, {spans(seats) if seats else 'no seats'}{told}"
            wanted = left


def explain(asked: Asked, caller: Identity, *, rules: PlanRules, background: Background) -> Explanation:
    """The decision for this caller, by the very code that routes.

    Args:
        asked: the call.
        caller: what identify() said of it.
        rules: the hotline's.
        background: what stands behind the names.
    """
    plan = make_plan(caller, asked.dialled, at=asked.at, rules=rules)
    ways = background.choices.get(plan.ivr.menu, ()) if plan.ivr.mode is IvrMode.MENU else ()
    after_menu = tuple((keys, make_plan(caller, asked.dialled, menu_choice=choice, at=asked.at, rules=rules)) for keys, choice in ways)
    return Explanation(asked=asked, caller=caller, plan=plan, after_menu=after_menu, rules=rules, background=background)


def spans(seats: Sequence[str]) -> str:
    """Seats as people write them: 8001-8003, 8010."""
    runs: list[list[str]] = []
    for seat in seats:
        if runs and len(seat) == len(runs[-1][-1]) and int(seat) == int(runs[-1][-1]) + 1:
            runs[-1].append(seat)
        else:
            runs.append([seat])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _entry_document(entry: EntryRef, full: Entry | None) -> dict[str, Any]:
    source = full.source if full else None
    return {
        "id": entry.entry_id,
        "kind": str(entry.kind),
        "name": entry.name,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "filed_by": (full.filed_by or None) if full else None,
        "source": {"file": source.file, "sheet": source.sheet, "row": source.row} if source else None,
    }


def _number_document(number: EntryNumber) -> dict[str, Any]:
    return {"number": written(number.pattern), "role": str(number.role), "contact": number.contact or None}


def _validity(entry: EntryRef) -> str:
    since = f"valid from {entry.valid_from} " if entry.valid_from else "valid "
    return f"{since}until {entry.valid_until}" if entry.valid_until else f"{since}without end"


def _end_document(end: LadderEnd) -> dict[str, Any]:
    return {"after_s": _short(end.after_s), "duty_phone": end.duty_phone or None, "message": end.message}


def _short(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else seconds
