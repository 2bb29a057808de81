"""Whose phones are rung, and in which order, when a specialist is asked for."""

from collections.abc import Callable, Sequence

from api.sources import RingTimes, Roster
from calls.errors import NotFound, Refused
from conference.desk import PhoneToRing
from conference.roster import Specialist
from conference.roster_keeping import MOST


async def specialists_of(roster: Roster, department: str) -> Sequence[Specialist]:
    """The department's specialists in the order in which they are asked.

    A whole name, short (税务) or as in the form (市税务局), goes before names that only hold it.

    Raises: Refused: no department is named so, or several are.
    """
    page = await roster.find(department=department, limit=MOST)
    named = [one for one in page.items if department in (one.unit, one.department)]
    units: dict[str, list[Specialist]] = {}
    for one in named or page.items:
        units.setdefault(one.unit, []).append(one)
    if not units:
        raise Refused("department_unknown", f"No department in the roster is named {department}.", department=department)
    if len(units) > 1 and department not in units:
        sentence = f"{department} may be {'、'.join(sorted(units)[:10])}; name one of them."
        raise Refused("department_ambiguous", sentence, department=department)
    return in_order(units.get(department) or next(iter(units.values())))


async def specialist_named(roster: Roster, specialist_id: str) -> Specialist:
    """The one specialist. Raises: Refused: there is none of this id."""
    try:
        return await roster.specialist(specialist_id)
    except NotFound:
        sentence = f"The roster has no specialist {specialist_id}."
        raise Refused("specialist_unknown", sentence, specialist_id=specialist_id) from None


def in_order(specialists: Sequence[Specialist]) -> list[Specialist]:
    """As in the roster, but 分管领导 last: they are asked once nobody else of the department could be had."""
    return sorted(specialists, key=_leads)


def phones_of(specialists: Sequence[Specialist], *, dial: Callable[[str], str], ring: RingTimes) -> list[PhoneToRing]:
    """Each one's office phones, then his mobiles, then the next one's; a number that cannot be called is passed over.

    Raises: Refused: there is no number at all that can be called.
    """
    phones = [
        PhoneToRing(
            specialist_id=one.specialist_id,
            name=one.name,
            department=one.department,
            phone=kind,
            number=digits,
            ring_s=ring_s,
        )
        for one in specialists
        for kind, numbers, ring_s in (("office", one.office, ring.office_s), ("mobile", one.mobile, ring.mobile_s))
        for number in numbers
        if (digits := _dialled(dial, number))
    ]
    if not phones:
        names = "、".join(one.name for one in specialists)
        raise Refused("specialist_without_phone", f"The roster has no number of {names} that can be called.")
    return phones


def _dialled(dial: Callable[[str], str], number: str) -> str:
    try:
        return dial(number)
    except Refused:
        return ""


def _leads(specialist: Specialist) -> bool:
    return specialist.leader
