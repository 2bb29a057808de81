"""Asks for a specialist: reads who there is, plans the hunt, and hands it to the conference."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from calls.clock import Clock
from calls.errors import Conflict, NotFound, Refused
from conference.desk import AskedFor, ConferenceDesk, PhoneToRing
from conference.duty import DutyRules, Standing
from conference.errand import AttemptState, Errand
from conference.figures import SpecialistFigures
from conference.planning import ROUNDS, Candidate, HuntPlan, Situation, TurnRules, of_department, of_topic, plan_hunt
from conference.roster import Level, Specialist
from conference.roster_keeping import Absences
from routing.waiting import WaitingRoom

Ready = Callable[[], Awaitable[Errand]]
"""A hunt that is planned; called, it begins."""
LONGEST_ABOUT = 200
"""Characters of what it is about: the specialist hears it while the caller waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom a seat wants: one of department, topic and specialist.

    Args:
        level: only specialists of this level. about: what the specialist is told it is about; "": the department or topic.
        anyway: also those off duty, away, or in a talk. instead: of a hunt that goes on.
    """

    department: str = ""
    topic: str = ""
    specialist_id: str = ""
    level: Level | None = None
    about: str = ""
    anyway: bool = False
    instead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRules:
    """What the configuration says of asking.

    Args:
        office_s, mobile_s: how long such a phone rings at most. parallel: so many specialists are rung at once.
    """

    duty: DutyRules = field(default_factory=DutyRules)
    turns: TurnRules = field(default_factory=TurnRules)
    office_s: float = 20
    mobile_s: float = 25
    parallel: int = 1


class Roster(Protocol):
    """What is asked of `RosterStore`."""

    async def everybody(self) -> list[Specialist]:
        """See `RosterStore.everybody`."""
        ...


class SpecialistDesk:
    """For the API, the shell and the phone alike.

    Args:
        rules: as they are at that moment.
        dial: a number as people write it -> what the outside trunk wants. Raises: Refused: it cannot be called.
    """

    def __init__(
        self,
        *,
        roster: Roster,
        absences: Absences,
        figures: SpecialistFigures,
        waiting: WaitingRoom,
        conferences: ConferenceDesk,
        rules: Callable[[], AskingRules],
        dial: Callable[[str], str],
        clock: Clock,
    ) -> None:
        self._roster = roster
        self._absences = absences
        self._figures = figures
        self._waiting = waiting
        self._conferences = conferences
        self._rules = rules
        self._dial = dial
        self._clock = clock

    async def ask(self, call_id: str, wanted: Wanted) -> Errand:
        """Hunt for whom the seat wants; the conference's document as it begins.

        Raises: Refused: nobody is meant. Conflict: nobody of them can be asked now. As `ConferenceDesk.ask`. StoreFault.
        """
        return await (await self.ready(call_id, wanted))()

    async def ready(self, call_id: str, wanted: Wanted) -> Ready:
        """The same, refused where nobody is meant or can be asked, and otherwise not begun yet."""
        specialists, words = await self.meant(wanted)
        rules = self._rules()
        plan = await self.plan(specialists, call_id=call_id, anyway=wanted.anyway)
        if not plan.candidates:
            raise _nobody(words, plan)
        what = AskedFor(wanted=words, about=wanted.about or words, parallel=rules.parallel)
        return partial(self._conferences.ask, call_id, self._phones(plan.candidates, rules), what=what, instead=wanted.instead)

    async def colleague(self, call_id: str, member: str) -> Errand:
        """A specialist who is on the line asks for a colleague, who is hunted for like anybody.

        Args: member: his or his attempt's id.
        Raises: NotFound: he was never asked. Refused: he has no colleague. Conflict: none of them can be asked now. As
            `ConferenceDesk.hand_on`. StoreFault.
        """
        return await (await self.colleague_ready(call_id, member))()

    async def colleague_ready(self, call_id: str, member: str, *, department: str = "") -> Ready:
        """The same, not begun yet; of another department than his own where one is named."""
        call = await self._waiting.call(call_id)
        attempts = Errand.from_json(call.errand).attempts if call is not None else ()
        his = next((one for one in attempts if member in (one.attempt_id, one.specialist_id)), None)
        if his is None:
            raise NotFound("member_not_there", f"Call {call_id} has no specialist {member} in it.", call_id=call_id, member=member)
        department = department or his.department
        unit = of_department(await self._roster.everybody(), department)
        others = [one for one in unit if one.specialist_id != his.specialist_id]
        if not others:
            raise Refused("no_colleague", f"The roster has nobody of {department} but {his.name}.", department=department)
        rules, plan = self._rules(), await self.plan(others, call_id=call_id)
        if not plan.candidates:
            raise _nobody(department, plan)
        what = AskedFor(wanted=department, about=his.about or department, parallel=rules.parallel)
        return partial(self._conferences.hand_on, call_id, his.attempt_id, self._phones(plan.candidates, rules), what=what)

    async def meant(self, wanted: Wanted) -> tuple[list[Specialist], str]:
        """The specialists that are meant, in the roster's order, and what was asked for in words. Raises: Refused: nobody. StoreFault."""
        roster = await self._roster.everybody()
        if wanted.specialist_id:
            one = next((one for one in roster if one.specialist_id == wanted.specialist_id), None)
            if one is None:
                sentence = f"The roster has no specialist {wanted.specialist_id:.64}."
                raise Refused("specialist_unknown", sentence, specialist_id=wanted.specialist_id)
            return [one], one.department
        meant = of_topic(roster, wanted.topic) if wanted.topic else of_department(roster, wanted.department)
        levelled = [one for one in meant if wanted.level in (None, one.level)]
        words = wanted.topic or meant[0].department
        if not levelled:
            raise Refused("level_unknown", f"Nobody of {words} is of the level {wanted.level}; ask without a level.", level=wanted.level)
        return levelled, words

    async def plan(self, wanted: Sequence[Specialist], *, call_id: str = "", anyway: bool = False) -> HuntPlan:
        """Who of these would be asked now, in order. Raises: StoreFault."""
        rules, now = self._rules(), self._clock.now()
        situation = Situation(
            roster=await self._roster.everybody(),
            standing=await self.standing(now),
            busy=await self.busy(but=call_id),
            turns=rules.turns,
            anyway=anyway,
        )
        ids = [one.specialist_id for one in wanted]
        since = now - timedelta(days=rules.turns.over_days)
        return plan_hunt(wanted, replace(situation, answering=await self._figures.answering(ids, since=since)))

    async def standing(self, at: datetime) -> Callable[[Specialist], Standing]:
        """Who is on duty at this moment: a function of the specialist. Raises: StoreFault."""
        absences, duty = await self._absences.absences(at), self._rules().duty
        return lambda one: duty.standing(one, at, absences.get(one.specialist_id))

    async def busy(self, *, but: str = "") -> frozenset[str]:
        """Ids of those who are in a talk, or rung, for some call; for the call `but` those in the talk only. Raises: StoreFault."""
        busy: set[str] = set()
        for call in await self._waiting.calls():
            for attempt in Errand.from_json(call.errand).attempts:
                rings = attempt.state is AttemptState.RINGING and call.call_id != but
                if rings or attempt.state is AttemptState.JOINED:
                    busy.add(attempt.specialist_id)
        return frozenset(busy)

    def _phones(self, candidates: Sequence[Candidate], rules: AskingRules) -> list[PhoneToRing]:
        """Each one's office phones, then his mobiles, then the next one's; a number that cannot be called is passed over.

        Raises: Refused: there is no number at all that can be called.
        """
        phones = [
            PhoneToRing(
                specialist_id=one.specialist.specialist_id,
                name=one.specialist.name,
                department=one.specialist.department,
                phone=kind,
                number=digits,
                ring_s=ring_s,
                role=one.role,
                round=ROUNDS[one.role],
            )
            for one in candidates
            for kind, numbers, ring_s in (
                ("office", one.specialist.office, rules.office_s),
                ("mobile", one.specialist.mobile, rules.mobile_s),
            )
            for number in numbers
            if (digits := self._dialled(number))
        ]
        if not phones:
            names = "、".join(one.specialist.name for one in candidates)
            raise Refused("specialist_without_phone", f"The roster has no number of {names} that can be called.")
        return phones

    def _dialled(self, number: str) -> str:
        try:
            return self._dial(number)
        except Refused:
            return ""


def _nobody(words: str, plan: HuntPlan) -> Conflict:
    """Nobody of them can be asked now."""
    why = "; ".join(f"{one.specialist.name} {one.why}" for one in plan.passed_over[:5])
    instead = "ask again with anyway, choose another, leave a ticket, or wish to be told when one is free"
    sentence = f"Nobody of {words} can be asked now ({why}); {instead}."
    return Conflict("nobody_to_ask", sentence, wanted=words)
