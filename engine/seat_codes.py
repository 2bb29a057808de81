"""A code that a seat's phone dialled, on its way to what it does (`AGI(agi://engine/seat)`)."""

from collections.abc import Callable, Mapping
from typing import Final

import structlog

from calls.errors import LegGone, PbxFault, StoreFault
from engine.acts import KeyedActs, Phone, Undone
from engine.watcher import SeatPhones
from ivr.seat_codes import CodeAction, SeatCode, SeatCodes
from pbx.line import AgiLine

log = structlog.get_logger(__name__)

SEAT_SCRIPT: Final = "seat"
"""The script's name in the dialplan's AGI()."""
_OPERATIONS: Final = {
    CodeAction.READY: "change_seat",
    CodeAction.PAUSE: "change_seat",
    CodeAction.SIGN_OUT: "change_seat",
    CodeAction.SIGN_IN: "sign_in",
    CodeAction.WRAPPED_UP: "end_wrap_up",
    CodeAction.EXTEND: "extend_wrap_up",
}
"""What the API calls the same act; what is not among them only tells something."""


class SeatCodeRoad:
    """Takes the calls that seats' phones make. They are no calls of the hotline's: no record, no ticket, no place in live state.

    `codes`: what can be dialled.
    """

    def __init__(self, does: SeatCodes, phones: SeatPhones, acts: KeyedActs) -> None:
        self.codes: Mapping[str, SeatCode] = {}
        self._acts = acts
        self._does = does
        self._phones = phones

    async def take(self, line: AgiLine) -> None:
        """Do what was dialled, and end the call. Without the last word (live state is away) the dialplan asks the next engine."""
        dialled = line.arrival.dialled
        code, seat_id = self.codes.get(dialled), self._phones.seat_of(line.channel)
        if code is None or seat_id is None:
            log.warning("seat_code_unknown", dialled=dialled, channel=line.channel)
            return
        phone = line.channel.rpartition("-")[0].removeprefix("PJSIP/")
        try:
            told = await self._told(code, line, seat_id, Phone(kind="seat", name=phone, seat_id=seat_id))
            log.info("seat_code_dialled", seat_id=seat_id, phone=phone, action=code.action, told=told)
            await line.finish()
        except LegGone:
            log.info("seat_code_left", seat_id=seat_id, phone=phone, action=code.action)
        except (StoreFault, PbxFault) as fault:
            log.error("seat_code_given_back", seat_id=seat_id, action=code.action, code=fault.code, why=fault.sentence)

    async def _told(self, code: SeatCode, line: AgiLine, seat_id: str, phone: Phone) -> str:
        """Do it, noted in the log of acts. Neither an agent's number nor his PIN stands there: they are keyed in later, or wrong."""
        operation = _OPERATIONS.get(code.action)
        if operation is None:
            return await self._does.dialled(code, line, seat_id, by=phone.who)
        async with self._acts.noted(phone, operation, f"seats/{seat_id}", act=code.action, keyed=line.arrival.dialled) as undone:
            return await self._does.dialled(code, line, seat_id, by=phone.who, refused=_into(undone))


def _into(undone: Undone) -> Callable[[str], None]:
    def refused(code: str) -> None:
        undone.came_of = code

    return refused
