"""A call with its people: who is with whom now, who therefore hears whom, and what it is for the others when one leaves."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from lab.client import LabApi
from lab.phones.softphone import Softphone
from lab.phones.sound import read_wav
from lab.phones.tones import silences
from tests.scenarios.hotline import Hotline
from tests.scenarios.test_three_way import ACCEPTS, OFFICE, three_way

FIRST, SECOND = "税务专员甲", "税务专员乙"
"""Two specialists of the lab's roster."""
A_MOMENT_S: Final = 1.0
"""So much silence is no harm: who goes from one room to another hears none for some tenths."""


@dataclass(slots=True, kw_only=True)
class Scene:
    """One call.

    Args:
        company: who is with the caller, or will be when he comes in: seat, specialists, supervisor. alone: he hears music meanwhile.
        room: whether they are in one; before, seat and caller talk as any two do. specialists: their phones, by name.
        handed_on_by: whose caller he was before this seat's, the first seat first.
        api: of the engine that is asked for things.
    """

    hotline: Hotline
    api: LabApi
    call_id: str
    caller: Softphone
    seat: Softphone
    company: list[Softphone]
    alone: bool = False
    room: bool = False
    over: bool = False
    specialists: dict[str, Softphone] = field(default_factory=dict)
    handed_on_by: list[Softphone] = field(default_factory=list)
    everybody: set[Softphone] = field(default_factory=set)

    # ── who hears whom ──

    async def sounds_right(self) -> None:
        """Wait until everybody hears exactly those he is with, and a caller who is with nobody hears music."""
        together = self.company if self.alone else [self.caller, *self.company]
        self.everybody |= {self.caller, *self.company}
        checks = [self._hears(phone, [other for other in together if other is not phone]) for phone in together]
        await asyncio.gather(*checks, *([self._hears(self.caller, [])] if self.alone else []))

    async def _hears(self, phone: Softphone, others: list[Softphone]) -> None:
        if others:
            await phone.hears(*others, but_not=tuple(self.everybody - {phone, *others}))
        elif phone is self.caller:
            await self.hotline.hears_music(phone)

    @asynccontextmanager
    async def never_in_silence(self) -> AsyncIterator[None]:
        """Whatever happens inside, the caller hears somebody or music or a prompt, but for moments."""
        began, began_s = time.monotonic(), self.caller.heard_s
        yield
        heard = read_wav(self.caller.heard()).between(began_s, None)
        assert not (quiet := silences(heard, least_s=A_MOMENT_S)), f"the caller heard nothing at {quiet}"
        if not self.over:
            lost_s = time.monotonic() - began - heard.seconds
            assert lost_s < A_MOMENT_S, f"for {lost_s:.1f} s nothing at all came to the caller"

    # ── what the seat asks for ──

    async def ask(self, name: str = FIRST, department: str = "税务") -> None:
        """The specialist of this name is asked for; where seat and caller were on their own, the caller hears music from now on."""
        roster = await self.api.get("/specialists", department=department)
        (specialist_id,) = (one["specialist_id"] for one in roster["items"] if one["name"] == name)
        await self.api.ask("POST", f"/calls/{self.call_id}/specialists", {"specialist_id": specialist_id})
        self.alone, self.room = self.alone or self.company == [self.seat], True

    async def comes(self, name: str = FIRST, number: str = OFFICE) -> None:
        """He is in the room, by that phone of his."""
        await self.api.until(f"/conferences/{self.call_id}", lambda one: _state_at(one, number) == "joined")
        self.specialists[name] = await self.hotline.world.phone(number)
        self.company.append(self.specialists[name])

    async def bring(self, name: str = FIRST, number: str = OFFICE) -> None:
        """He is asked for and accepts."""
        self.hotline.world.script(number, ACCEPTS)
        await self.ask(name)
        await self.comes(name, number)

    async def all_together(self) -> None:
        """The caller comes into the room."""
        await three_way(self.hotline, self.call_id, api=self.api)
        self.alone = False

    async def apart(self) -> None:
        """The caller goes back to music."""
        await self.api.ask("PUT", f"/conferences/{self.call_id}/state", {"state": "consult"})
        self.alone = True

    async def hold(self) -> None:
        """The caller is put on music, the seat is alone."""
        await self.api.ask("PUT", f"/calls/{self.call_id}/hold")
        self.alone, self.room = True, True

    async def resume(self) -> None:
        """And is taken back."""
        await self.api.ask("DELETE", f"/calls/{self.call_id}/hold")
        self.alone = False

    async def hand_on(self, to: Softphone, *, announced: bool) -> None:
        """The caller is handed on to that seat, whose phone rings; at once the first seat is out of it, announced only later."""
        await self.api.ask("POST", f"/calls/{self.call_id}/transfer", {"seat": to.number, "announced": announced})
        self.alone, self.room = True, announced
        await to.rings()
        if not announced:
            await self.seat.call_ended()
            self._taken_over_by(to)

    async def complete(self, to: Softphone) -> None:
        """The seat leaves the caller to that one."""
        await self.api.ask("POST", f"/calls/{self.call_id}/transfer/complete")
        await self.seat.call_ended()
        self._taken_over_by(to)
        self.alone = False

    def _taken_over_by(self, to: Softphone) -> None:
        self.company.remove(self.seat)
        self.handed_on_by.append(self.seat)
        self.seat = to

    async def take_out(self, name: str) -> None:
        """The seat takes a specialist out."""
        phone = self.specialists[name]
        conference = await self.api.get(f"/conferences/{self.call_id}")
        (member,) = (one["member"] for one in conference["members"] if one["name"] == name)
        await self.api.ask("DELETE", f"/conferences/{self.call_id}/members/{member}")
        await phone.call_ended()
        await self._without(phone)

    # ── who leaves ──

    async def leaves(self, who: str) -> None:
        """Somebody hangs up ("caller", "seat" or a specialist's name); then all others hear what is right."""
        phone = {"caller": self.caller, "seat": self.seat, **self.specialists}[who]
        await phone.hang_up()
        if phone is self.caller:
            await asyncio.gather(*(other.call_ended() for other in self.company))
            self.over = True
        else:
            await self._without(phone)

    async def goes_unseen(self, who: str) -> None:
        """A seat or specialist hangs up, and nobody is there to draw the consequence."""
        phone = self.seat if who == "seat" else self.specialists[who]
        await phone.hang_up()
        self.company.remove(phone)

    async def _without(self, phone: Softphone) -> None:
        self.company.remove(phone)
        if self.company:
            self.alone = self.alone and phone is not self.seat  # where the seat leaves, who stays goes on with the caller
            await self.sounds_right()
        elif self.alone:
            await self.served_again()
        else:
            await self.caller.hears_prompt(self.hotline.prompt("rate"))

    async def served_again(self) -> None:
        """The caller was not done with when the last one left: with music he keeps his place, and the first seat that is free takes him."""
        ring = await self.seat.rings()
        assert ring.zhida_call == self.call_id
        await self.hotline.hears_music(self.caller)
        await self.seat.answer()
        self.company, self.alone, self.room = [self.seat], False, False
        await self.sounds_right()

    async def ends(self) -> None:
        """The last one hangs up; the record is whole, and the seat is free."""
        if not self.over:
            await self.leaves("caller")
        call = await self.hotline.ended(self.call_id, "completed", api=self.api)
        seats = [*self.handed_on_by, self.seat]
        assert [span["id"] for span in call["on_line"] if span["who"] == "seat"][: len(seats)] == [seat.number for seat in seats]
        assert call["seat"] == seats[0].number
        assert all(span["until"] for span in call["on_line"]), call["on_line"]
        came = {part["name"] for part in call["record"]["specialists"] if part["joined"] and part["left"]}
        assert came == set(self.specialists), call["record"]["specialists"]
        recording = await self.hotline.recording(self.call_id)
        assert recording.said(self.caller)
        assert recording.heard(seats[0])
        for seat in seats:
            await self.api.until(f"/seats/{seat.number}", lambda one: one["state"] == "ready" and one["call"] is None)


async def talking(hotline: Hotline) -> Scene:
    """A seat and a caller who hear each other."""
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    return Scene(hotline=hotline, api=hotline.api, call_id=call_id, caller=caller, seat=seat, company=[seat])


async def consult(hotline: Hotline) -> Scene:
    """The seat with the first specialist; the caller hears music."""
    scene = await talking(hotline)
    await scene.bring()
    return scene


async def three_way_call(hotline: Hotline) -> Scene:
    """All three."""
    scene = await consult(hotline)
    await scene.all_together()
    return scene


def _state_at(conference: dict[str, Any], number: str) -> str:
    states = [attempt["state"] for attempt in conference["attempts"] if attempt["number"] == number]
    return str(states[-1]) if states else ""
