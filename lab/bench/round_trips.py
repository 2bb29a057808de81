"""How often the engine speaks to Asterisk before a seat rings: read off its own counter while the phone rings."""

from dataclasses import dataclass
from pathlib import Path

from calls.errors import Fault
from lab.bench.metrics import AGI_COMMANDS, EngineFigures
from lab.bench.traffic import Line, caller
from lab.client import LabApi
from lab.phones.phones import Phones


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrips:
    """Of one whitelisted call.

    Args:
        before_ringing: AGI commands sent before the seat rang; the last of them is the Dial that rings it.
        in_all: those of the whole call, answered and hung up by the seat.
    """

    before_ringing: int
    in_all: int


async def round_trips(*, net: str, folder: Path, api: LabApi) -> RoundTrips:
    """Place one call. Raises: Fault: it is not taken for one of a key enterprise, so that nothing measured would count."""
    figures = EngineFigures(api.url)
    async with Phones(folder, net=net) as phones:
        seat = await phones.seat(8001)
        await api.until("/seats/8001", lambda found: found["state"] == "ready")
        who = await phones.caller(caller(0))
        before = figures[AGI_COMMANDS]
        await who.dial(Line.ZHIDA)
        ring = await seat.rings()
        ringing = figures[AGI_COMMANDS]
        call = await api.get(f"/calls/{ring.zhida_call}")
        if call["class"] != "key_enterprise":
            raise Fault("not_whitelisted", f"The caller {caller(0)} is taken for {call['class']}, not for a key enterprise.")
        await seat.answer()
        await seat.talks()
        await seat.hang_up()
        await who.call_ended()
        return RoundTrips(before_ringing=round(ringing - before), in_all=round(figures[AGI_COMMANDS] - before))
