"""The whole decision for one call, in words and as JSON: what identify() and make_plan() say, and nothing else.

Nothing is decided here. `./zhida explain`, the API and the tests read the same answer that the next caller gets.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from routing.bounds import starvation_bound
from routing.ends import CallBack, LadderEnd, Ring, Say, Step, Voicemail, steps_in_words
from routing.ivr import IvrMode
from routing.plan import MenuChoice, Plan, PlanRules, make_plan
from routing.skills import Skills, in_words, relaxed
from routing.waiting import Rung
from seats.shifts import OnDuty, Roster, on_duty
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
        rosters: group -> its shifts, for the groups that have some.
        preferred_wait_s: so long a call may await the seat that served its caller last (`Rules.preferred_wait_s`).
        kept_back: group -> how many of its ready seats are kept for callers of the classes `kept_for` (`Rules.kept_back`).
        entry: the caller's entry in full, if it is at hand.
    """

    seats: Mapping[str, Sequence[str]]
    choices: Mapping[str, Sequence[tuple[str, MenuChoice]]]
    rosters: Mapping[str, Roster] = field(default_factory=dict)
    preferred_wait_s: float = 0.0
    kept_back: Mapping[str, int] = field(default_factory=dict)
    kept_for: Collection[str] = ()
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

    @property
    def starvation_bound_s(self) -> float:
        """Nobody who comes more than this later is served before him (seconds). He may await his preferred seat, if he has a number."""
        awaits_s = self.background.preferred_wait_s if self.caller.number.e164 else 0.0
        bonuses_s = self.rules.rank_bonus_s.values()
        return _short(starvation_bound(self.plan.rank_bonus_s, bonuses_s, preferred_wait_s=awaits_s))

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
                "starvation_bound_s": self.starvation_bound_s,
                "skills": dict(plan.skills),
                "rule": plan.chosen.route.name if plan.chosen.route else None,
                "passed": [{"rule": passed.name, "why": passed.why} for passed in plan.chosen.passed],
                "closed": plan.closed,
                "first": [_step_document(step) for step in plan.first],
                "end": _end_document(plan.end) if plan.ladder else None,
                "choices": [self._choice_document(keys, chosen) for keys, chosen in self.after_menu],
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

    def _choice_document(self, keys: str, plan: Plan) -> dict[str, Any]:
        return {
            "keys": keys,
            "ladder": [self._rung_document(rung) for rung in plan.ladder],
            "rule": plan.chosen.route.name if plan.chosen.route else None,
            "closed": plan.closed,
            "skills": dict(plan.skills),
            "first": [_step_document(step) for step in plan.first],
        }

    def _rung_document(self, rung: Rung) -> dict[str, Any]:
        duty = self._on_duty(rung.group)
        return {
            "group": rung.group,
            "label": self.rules.labels.get(rung.group, rung.group),
            "after_s": _short(rung.after_s),
            "seats": list(self.background.seats.get(rung.group, ())),
            "on_duty": None if duty is None else [*duty.seats, *duty.agents],
            **({} if rung.wants is None else {"wants": dict(rung.wants)}),
            **({"kept_back": kept, "kept_for_him": self._kept_for_him} if (kept := self.background.kept_back.get(rung.group)) else {}),
        }

    @property
    def _kept_for_him(self) -> bool:
        """Whether the seats that groups keep back are kept for callers like him."""
        return str(self.caller.caller_class) in self.background.kept_for

    def _on_duty(self, group: str) -> OnDuty | None:
        """Who is on duty in the group at the moment that is asked about; None where it has no shifts."""
        roster = self.background.rosters.get(group)
        return None if roster is None else on_duty(roster, self.asked.at, self.rules.calendar)

    def words(self) -> str:
        """For people, one line a fact."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        number, asked = self.caller.number, self.asked
        e164 = f" ({number.e164})" if number.e164 else ""
        shown = number.national or number.raw or "A caller without a number"
        yield f"{shown}{e164} calls {asked.dialled} on trunk {asked.trunk} at {asked.at:%Y-%m-%d %H:%M %Z}".rstrip()
        yield f"Caller: {self._who()}"
        yield from self._rule_lines(self.plan)
        yield f"IVR: {self._played()}"
        yield from self._road_lines(self.plan, "")
        for keys, plan in self.after_menu:
            yield from self._road_lines(plan, f" after {f'key {keys}' if keys else 'no valid key'}")
        if self.plan.ladder:
            yield f"End: after {self.plan.end.after_s:g} s {steps_in_words(self.plan.end.steps)}"
            yield f"Fairness: {self._fairness()}"
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

    def _fairness(self) -> str:
        if not self.starvation_bound_s:
            return "nobody who comes later is served before him by a seat that may take both"
        return f"nobody who comes more than {self.starvation_bound_s:g} s later is served before him by a seat that may take both"

    def _rule_lines(self, plan: Plan) -> Iterator[str]:
        if plan.chosen.route is not None:
            because = f", {plan.chosen.why}" if plan.chosen.why else ""
            yield f"Rule: {plan.chosen.route.name}{because}"

    def _road_lines(self, plan: Plan, when: str) -> Iterator[str]:
        """What is done at once, and where he waits."""
        if plan.closed:
            yield f"Closed{when}: {steps_in_words(plan.first)}"
        elif plan.first:
            yield f"At once{when}: {steps_in_words(plan.first)}"
        if plan.ladder:
            yield f"Ladder{when}:"
            yield from self._ladder_lines(plan)

    def _ladder_lines(self, plan: Plan) -> Iterator[str]:
        wanted: Skills = {}
        left = plan.skills
        for rung in plan.ladder:
            left = relaxed(left, rung.wants)
            seats = self.background.seats.get(rung.group, ())
            told = "" if left == wanted else f", wanting {in_words(left)}"
            who = f"{spans(seats) if seats else 'no seats'}{told}{self._kept_words(rung.group)}{self._duty_words(rung.group)}"
            yield f"  from {rung.after_s:g} s: {self.rules.named(rung.group)}, {who}"
            wanted = left

    def _kept_words(self, group: str) -> str:
        kept, whom = self.background.kept_back.get(group), ", ".join(sorted(self.background.kept_for))
        if not kept:
            return ""
        return f"; also the last {kept} ready, kept for {whom}" if self._kept_for_him else f"; leaves the last {kept} ready to {whom}"

    def _duty_words(self, group: str) -> str:
        duty = self._on_duty(group)
        if duty is None:
            return ""
        who = ", ".join(part for part in (spans(duty.seats), *duty.agents) if part)
        return f"; on duty then: {who or 'nobody'}"


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
    return {
        "after_s": _short(end.after_s),
        "duty_phone": end.duty_phone or None,
        "message": end.message,
        "steps": [_step_document(step) for step in end.steps],
    }


def _step_document(step: Step) -> dict[str, Any]:
    match step:
        case Ring(number=number, ring_s=ring_s, duty=duty):
            return {"ring": number, "ring_s": _short(ring_s), "duty": duty}
        case Say(prompt=prompt):
            return {"play": prompt}
        case CallBack():
            return {"callback": True}
        case Voicemail(prompt=prompt):
            return {"voicemail": prompt}


def _short(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else seconds
