"""The hunt's plan: who is asked for a department, a topic or a specialist, in which order, and by which phones. Pure.

The order, which docs/decisions/18-hunt.md gives the reasons for:

1. who is on duty and in no other talk, 分管领导 left out; then the stand-ins of those who are not, then of the others; then 分管领导.
   Those of a later round are rung only when nobody of an earlier one rings any more;
2. within a round, whoever seldom answers comes after the others (`TurnRules.seldom`);
3. then whoever was called the longest ago, and before them who was never called;
4. then the larger share of answers; then the roster's order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from calls.errors import Refused
from conference.duty import Standing, stand_in
from conference.roster import Specialist

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Role(StrEnum):
    """What a specialist is to a hunt; the rounds in their order."""

    SPECIALIST = "specialist"
    STAND_IN = "stand_in"
    LEADER = "leader"


ROUNDS: Final = {role: number for number, role in enumerate(Role)}


class Turn(StrEnum):
    """Whose turn it is among those who can be asked."""

    LEAST_RECENT = "least_recent"
    ROSTER = "roster"  # always as the roster has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What the records say of a specialist: how often he was asked of late, how often he came, and when he was called last.

    Args: asked, joined: calls, of the time the figures are over.
    """

    asked: int = 0
    joined: int = 0
    last_called: datetime | None = None
    last_joined: datetime | None = None
    last_left: datetime | None = None

    @property
    def share(self) -> float:
        """Of the calls in which he was asked, those he came into; 1 for one who was never asked."""
        return self.joined / self.asked if self.asked else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRules:
    """How turns are taken.

    Args:
        seldom: whoever came into a smaller share than this of the calls in which he was asked is asked after the others;
            only where he was asked `enough` times.
        over_days: the figures' time.
    """

    by: Turn = Turn.LEAST_RECENT
    seldom: float = 0.34
    enough: int = 3
    over_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One who is to be asked, and as what; a stand-in with the name of whom he stands in for."""

    specialist: Specialist
    role: Role
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """One who is not asked, and why: the second half of a sentence."""

    specialist: Specialist
    why: str


@dataclass(frozen=True, slots=True)
class HuntPlan:
    """Who is asked, in order, and who of those wanted is not."""

    candidates: tuple[Candidate, ...]
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the plan is made of, beside whom the seat wants.

    Args:
        standing: whether one is on duty now. busy: ids of those who are in a talk, or rung, for some call.
        answering: by id; who is not there was never asked.
        anyway: ask them also off duty, away or busy (the seat knows better).
    """

    roster: Sequence[Specialist]
    standing: Callable[[Specialist], Standing]
    busy: AbstractSet[str] = frozenset()
    answering: Mapping[str, Answering] = field(default_factory=dict)
    turns: TurnRules = field(default_factory=TurnRules)
    anyway: bool = False

    def hinders(self, one: Specialist) -> str:
        """Why he cannot be asked now, or ""."""
        if self.anyway:
            return ""
        standing = self.standing(one)
        if not standing.on_duty:
            return standing.why
        return "is in another talk" if one.specialist_id in self.busy else ""

    def in_turn(self, specialists: Iterable[Specialist]) -> list[Specialist]:
        """In the order in which they are asked within a round."""
        several = list(specialists)
        return sorted(several, key=self._turn) if self.turns.by is Turn.LEAST_RECENT else several

    def _turn(self, one: Specialist) -> tuple[bool, datetime, float]:
        of = self.answering.get(one.specialist_id, Answering())
        seldom = of.asked >= self.turns.enough and of.share < self.turns.seldom
        return seldom, of.last_called or _NEVER, -of.share


def plan_hunt(wanted: Sequence[Specialist], now: Situation) -> HuntPlan:
    """Whom to ask for these (a department's, a topic's, or one specialist), given in the roster's order."""
    passed = [PassedOver(specialist=one, why=why) for one in wanted if (why := now.hinders(one))]
    out = {one.specialist.specialist_id for one in passed}
    several = len(wanted) > 1
    free = [one for one in wanted if one.specialist_id not in out]
    experts = now.in_turn(one for one in free if not (several and one.leader))
    leaders = now.in_turn(one for one in free if several and one.leader)
    taken = {one.specialist_id for one in wanted}
    stand_ins = list(_stand_ins([*(one.specialist for one in passed), *free], taken, now))
    candidates = (
        *(Candidate(specialist=one, role=Role.SPECIALIST) for one in experts),
        *stand_ins,
        *(Candidate(specialist=one, role=Role.LEADER) for one in leaders),
    )
    return HuntPlan(candidates, tuple(passed))


def _stand_ins(of: Iterable[Specialist], taken: AbstractSet[str], now: Situation) -> Iterator[Candidate]:
    """Of those who cannot be asked first. Each once; who was wanted himself is none."""
    seen = set(taken)
    for one in of:
        for name in one.stand_ins:
            other = stand_in(name, one, now.roster)
            if other is not None and other.specialist_id not in seen and not now.hinders(other):
                seen.add(other.specialist_id)
                yield Candidate(specialist=other, role=Role.STAND_IN, stands_in_for=one.name)


def of_department(roster: Sequence[Specialist], department: str) -> list[Specialist]:
    """The department's specialists. A whole name, short (税务) or as in the form (市税务局), goes before names that only hold it.

    Raises: Refused: no department is named so, or several are.
    """
    named = [one for one in roster if department in (one.unit, one.department)]
    found = named or [one for one in roster if department.casefold() in f"{one.unit}\0{one.department}".casefold()]
    units = {one.unit: [other for other in found if other.unit == one.unit] for one in found}
    if not units:
        known = sorted({one.department for one in roster})[:20]
        there = f"there are {'、'.join(known)}" if known else "it is empty"
        sentence = f"No department in the roster is named {department}; {there}."
        raise Refused("department_unknown", sentence, department=department)
    if len(units) > 1 and department not in units:
        sentence = f"{department} may be {'、'.join(sorted(units)[:10])}; name one of them."
        raise Refused("department_ambiguous", sentence, department=department)
    return units.get(department) or next(iter(units.values()))


def of_topic(roster: Sequence[Specialist], topic: str) -> list[Specialist]:
    """Whoever has this topic (优势业务领域), of whatever department; a whole name goes before topics that only hold it.

    Raises: Refused: nobody has it.
    """
    plain = topic.casefold()
    whole = [one for one in roster if plain in (known.casefold() for known in one.topics)]
    found = whole or [one for one in roster if any(plain in known.casefold() for known in one.topics)]
    if not found:
        known = sorted({name for one in roster for name in one.topics})[:20]
        sentence = f"Nobody in the roster has the topic {topic}" + (f"; there are {'、'.join(known)}." if known else "; it has no topics.")
        raise Refused("topic_unknown", sentence, topic=topic)
    return found
