"""What serves seats that want a specialist, put together."""

from collections.abc import Callable
from dataclasses import dataclass

from calls.clock import Clock
from conference.asking import AskingRules, SpecialistDesk
from conference.desk import ConferenceDesk
from conference.leaving import DepartmentTickets
from conference.legs import Legs
from engine.stores import Stores
from engine.wishes import WishDesk
from routing.waiting import WaitingRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Specialists:
    """Asks for them, leaves tickets to their departments, tells when one is free."""

    desk: SpecialistDesk
    tickets: DepartmentTickets
    wishes: WishDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class ByNow:
    """What holds at that moment, as the settings are then; `dial` as `SpecialistDesk` wants it."""

    rules: Callable[[], AskingRules]
    dial: Callable[[str], str]


def specialists(
    stores: Stores, waiting: WaitingRoom, legs: Legs, conferences: ConferenceDesk, clock: Clock, by_now: ByNow
) -> Specialists:
    """This engine's."""
    desk = SpecialistDesk(
        roster=stores.roster,
        absences=stores.absences,
        figures=stores.figures,
        waiting=waiting,
        conferences=conferences,
        rules=by_now.rules,
        dial=by_now.dial,
        clock=clock,
    )
    wishes = WishDesk(
        wishes=stores.wishes,
        specialists=desk,
        roster=stores.roster,
        figures=stores.figures,
        waiting=waiting,
        legs=legs,
        clock=clock,
    )
    return Specialists(desk=desk, tickets=DepartmentTickets(waiting=waiting, legs=legs, clock=clock), wishes=wishes)
