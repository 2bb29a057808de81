"""A seat's phone in a tab, in a softphone's words (lab.phones.softphone)."""

import asyncio
import json
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from calls.clock import SystemClock
from lab.patience import PATIENCE_S
from lab.phones import ears
from lab.phones.errors import NotHappened
from lab.phones.events import Event, Kind, Story
from lab.phones.sip import Message, address_of, parse
from lab.phones.softphone import Ring
from lab.phones.sound import TELEPHONE_RATE, Sound
from tests.scenarios.browser.chromium import Chromium, Tab

PAGE: Final = Path(__file__).with_name("phone.html")
_WINDOW_S: Final = 0.5  # sound.js keeps this much of what is heard
_LISTEN_EVERY_S: Final = 0.1


@dataclass(slots=True, kw_only=True)
class BrowserPhone:
    """One tab. It registers as `number` and hums `tone_hz` while it talks."""

    number: int
    net: str
    tone_hz: int
    story: Story
    _tab: Tab | None = None
    _invites: dict[str, Message] = field(default_factory=dict)
    _told: set[tuple[Kind, str]] = field(default_factory=set)

    @classmethod
    async def open(cls, chromium: Chromium, number: int, *, net: str, tone_hz: int) -> Self:
        """Open a tab, and register."""
        phone = cls(number=number, net=net, tone_hz=tone_hz, story=Story(whose=f"{number} in the browser", clock=SystemClock()))
        phone._tab = await chromium.open(PAGE, phone._take)
        line = {"uri": f"ws://{net}.1:8088/ws", "user": str(number), "password": f"lab-{number}", "tone_hz": tone_hz}
        await phone._do(f"start({json.dumps(line)})")
        await phone._awaited(Kind.REGISTERED, "register", PATIENCE_S)
        return phone

    # ── what one does with it ──

    async def answer(self) -> None:
        """Take the ringing call; `talks()` tells when sound can go both ways."""
        await self._do("answer()")

    async def decline(self) -> None:
        """Refuse the ringing call: 486."""
        await self._do("decline()")

    async def dial(self, number: str) -> None:
        """Call a number that ends the call itself."""
        await self._do(f"dial({json.dumps(number)})")

    async def hang_up(self) -> None:
        """End the call."""
        await self._do("hangUp()")

    async def send_digits(self, digits: str, *, info: bool) -> None:
        """Press the keys one after another, as RFC 4733 events or each as a SIP INFO."""
        await self._do(f"keys({json.dumps(digits)}, {{info: {json.dumps(info)}}})")

    async def close_tab(self) -> None:
        """Gone without a word to anybody but the WebSocket's end."""
        if self._tab is not None:
            await self._tab.close()
            self._tab = None
            self.story.add(Kind.STOPPED)

    # ── what one waits for ──

    async def rings(self, within_s: float = PATIENCE_S) -> Ring:
        """Wait for a call that has not been told of yet to ring."""
        event = await self._awaited(Kind.RINGS, "ring", within_s)
        invite = self._invites[event.call]
        shown = address_of(invite.header("From"))
        return Ring(number=shown.user, name=shown.name, zhida_call=invite.header("X-Zhida-Call"), invite=invite, event=event)

    async def talks(self, within_s: float = PATIENCE_S) -> Event:
        """Wait until the answered call is connected: addresses found, keys exchanged."""
        return await self._awaited(Kind.TALKS, "talk", within_s)

    async def call_ended(self, within_s: float = PATIENCE_S) -> Event:
        """Wait for the end of the call, by whomever."""
        return await self._awaited(Kind.ENDED, "see its call end", within_s)

    async def hears(self, *tones: int, but_not: tuple[int, ...] = (), within_s: float = PATIENCE_S, lasting_s: float = 0.4) -> None:
        """Wait until, from now on, all these tones sound together for a while, and none of those in `but_not` with them."""
        fits = ears.tones(set(tones), set(but_not))
        await asyncio.sleep(_WINDOW_S)  # until then the page also tells of what was before
        try:
            async with asyncio.timeout(within_s):
                while not ears.on_end(await self._heard(), fits, lasting_s):
                    await asyncio.sleep(_LISTEN_EVERY_S)
        except TimeoutError:
            raise self.story.in_vain(f"did not hear {tones} Hz but not {but_not} Hz; its packets: {await self.packets()}") from None

    async def packets(self) -> dict[str, Any]:
        """By the browser's own count: received, lost, sent; the codec and the connection's state."""
        found: dict[str, Any] = await self._do("packets()")
        return found

    # ── the works ──

    async def _heard(self) -> Sound:
        return Sound(rate=TELEPHONE_RATE, channels=(array("h", await self._do("heard()")),))

    async def _do(self, what: str) -> Any:  # noqa: ANN401  JSON
        if self._tab is None:
            raise self.story.in_vain(f"is closed and cannot {what}")
        return await self._tab.run(f"phone.{what}")

    def _take(self, text: str) -> None:
        """What the page told."""
        fact = json.loads(text)
        if fact["message"]:
            self._invites[fact["call"]] = parse(fact["message"].encode())
        self.story.add(Kind(fact["kind"]), fact["call"], fact["detail"])

    async def _awaited(self, kind: Kind, wanted: str, within_s: float) -> Event:
        def look() -> Event | None:
            if refused := [event for event in self.story.events if event.kind is Kind.NOT_REGISTERED]:
                raise NotHappened("not_registered", f"{self.number} was refused: {refused[0].detail}")
            return next((event for event in self.story.events if event.kind is kind and (kind, event.call) not in self._told), None)

        event = await self.story.until(look, within_s=within_s, wanted=wanted)
        self._told.add((kind, event.call))
        return event
