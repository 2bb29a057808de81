"""Keys during a call, wired: what they ask the roster for, and to which engine Asterisk brings them."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from calls.errors import Fault
from conference.asking import SpecialistDesk, Wanted
from conference.leaving import DepartmentTickets
from conference.recording import RecordingDesk
from config.derive import call_keys, seat_ids_of
from config.settings import Settings
from engine.asterisks import Asterisks
from engine.call_keys import CallKeyRoad
from engine.steering import Doing, ShortNumbers, Steering
from ivr.call_keys import KeyAct
from pbx.ami.actions import AmiActions

log = structlog.get_logger(__name__)

_HERE: Final = "ZHIDA_KEYS_AT"
"""Asterisk's global variable that features_zhida.conf takes the engine's address from."""
_EVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class RosterHunt:
    """Hunts by the roster, as the API does (engine.steering.Specialists)."""

    desk: SpecialistDesk

    async def ask(self, call_id: str, department: str) -> Doing:
        """See `Specialists.ask`."""
        return await self.desk.ready(call_id, Wanted(department=department))

    async def hand_on(self, call_id: str, leg: str, department: str) -> Doing:
        """See `Specialists.hand_on`."""
        return await self.desk.colleague_ready(call_id, leg, department=department)


def steer_others(steering: Steering, tickets: DepartmentTickets, recordings: RecordingDesk) -> None:
    """The acts of other desks that can be keyed in."""
    steering.also(KeyAct.TICKET, lambda call_id, by: tickets.leave(call_id, by=by))
    steering.also(KeyAct.PAUSE_RECORDING, lambda call_id, by: recordings.pause(call_id, by=by))
    steering.also(KeyAct.RESUME_RECORDING, lambda call_id, by: recordings.resume(call_id, by=by))


def keys_go_by(settings: Settings, road: CallKeyRoad) -> None:
    """What can be keyed in, and what short numbers stand for, is from now on what these settings say."""
    keys = settings.conference.keys
    road.seats, road.specialists = call_keys(settings)
    road.steering.short = ShortNumbers(
        departments=keys.departments, groups=keys.groups, hotlines=keys.hotlines, seats=frozenset(seat_ids_of(settings))
    )


async def bring_keys_here(asterisks: Asterisks, address: str) -> None:
    """Tell every Asterisk, for ever, that this engine takes what is keyed in. All engines do: the address is that of one that lives.

    A leg that is bridged can run one application and no dialplan (a Redirect would end it), so it cannot try one engine after another.
    """
    while True:
        for name, asterisk in asterisks.items():
            if not asterisk.link.state.up:
                continue
            try:
                await AmiActions(asterisk.link).set_global(_HERE, address)
            except Fault as fault:
                log.warning("keys_not_brought_here", asterisk=name, code=fault.code)
        await asyncio.sleep(_EVERY_S)
