"""The link to one Asterisk: what it can be asked, and who hears of its events."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from calls.clock import Clock
from pbx.ami import faults
from pbx.ami.dispatch import EVERY, Dispatcher, Listener
from pbx.ami.messages import AmiEvent, AmiResponse
from pbx.ami.replies import fault_of, is_empty_list, require_ok
from pbx.ami.settings import AmiLogin, LinkTimes
from pbx.ami.snapshot import Snapshot, take_snapshot
from pbx.ami.upkeep import LinkState, Upkeep
from pbx.ami.wire import HeaderValue

T = TypeVar("T")


class AmiLink:
    """One Asterisk's manager interface, kept alive. Several engines may log in as the same user at once.

    After each login events are held back while `on_up` runs, and told in order when it is over: `on_up` takes a
    `snapshot`, mends the state by it, and then the listeners hear of everything since the login, some of which the
    snapshot knew already (apply by Uniqueid, idempotently). Actions work meanwhile. `on_up` is given `reconcile_s`; when
    it fails or takes longer, that is logged and the events are told all the same.

    Args:
        events: told of every event; `subscribe` is for single ones. A listener is a plain function and must be quick.
        on_up: runs after each login.
        on_down: told once each time the link is lost, not for every attempt that fails, not by `close`.
    """

    def __init__(
        self,
        login: AmiLogin,
        *,
        clock: Clock,
        events: Listener | None = None,
        on_up: Callable[[], Awaitable[None]] | None = None,
        on_down: Callable[[LinkState], None] | None = None,
        times: LinkTimes | None = None,
    ) -> None:
        self._times = times or LinkTimes()
        self._clock = clock
        self._dispatcher = Dispatcher()
        self._upkeep = Upkeep(login, self._times, clock, self._dispatcher, on_up, on_down)
        if events is not None:
            self._dispatcher.subscribe(EVERY, events)

    @property
    def state(self) -> LinkState:
        """How the link is now."""
        return self._upkeep.state

    @property
    def counts(self) -> Mapping[str, int]:
        """What happened since the start, for /metrics: events, connects, losses, timeouts, dropped_… and more."""
        return self._dispatcher.tally

    def start(self) -> None:
        """Connect, and stay connected until `close`; needs a running loop."""
        self._upkeep.start()

    async def wait_up(self, timeout_s: float) -> None:
        """Wait until the link is up.

        Raises: PbxFault: it is not, and why.
        """
        await self._upkeep.wait_up(timeout_s)

    async def close(self) -> None:
        """End the link: what is in flight fails, held events are told. It may be called again."""
        await self._upkeep.close()

    def subscribe(self, name: str, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every event called `name`; returns what ends the subscription. Outlives reconnects."""
        return self._dispatcher.subscribe(name, listener)

    @contextmanager
    def holding_events(self) -> Iterator[None]:
        """Hold events back meanwhile, as during `on_up`: for the reconcile every few seconds."""
        release = self._dispatcher.hold()
        try:
            yield
        finally:
            release()

    async def action(self, name: str, /, *, deadline_s: float | None = None, **headers: HeaderValue) -> AmiResponse:
        """Ask Asterisk; a header given as a list becomes as many lines. The answer may be a refusal (`ok`).

        Never sent twice. After a time-out or a loss it is not known whether it was done.

        Raises: PbxFault: `ami_down`, `ami_timeout`, `ami_busy`. Refused: a header that cannot be written safely.
        """
        self._require_up(name)
        answer = self._upkeep.manager.send_action({"Action": name, **headers})
        return await self._within(answer, name, deadline_s or self._times.answer_s)

    async def list_action(self, name: str, /, *, deadline_s: float | None = None, **headers: HeaderValue) -> list[AmiEvent]:
        """Ask for a list; empty where there is nothing to list, which Asterisk partly calls an error.

        Raises: as `action`; and what `replies` makes of a refusal.
        """
        return list((await self.listing(name, deadline_s=deadline_s, **headers)).items)

    async def listing(self, name: str, /, *, deadline_s: float | None = None, **headers: HeaderValue) -> AmiResponse:
        """As `list_action`, with the number of entries that are `missing`."""
        answer = await self.action(name, deadline_s=deadline_s, **headers)
        if answer.ok or is_empty_list(answer):
            return answer
        raise fault_of(name, answer)

    async def originate(self, *, outcome_s: float, **headers: HeaderValue) -> asyncio.Future[AmiEvent]:
        """Order a call, always asynchronously; returns once Asterisk took the order.

        Args: outcome_s: for the OriginateResponse: the header Timeout's time and some seconds more.
        Returns: the OriginateResponse to come, which the listeners hear too, or a PbxFault: `ami_timeout`, `ami_down`.
        Raises: as `action`; and what `replies` makes of a refusal.
        """
        self._require_up("Originate")
        answer, outcome = self._upkeep.manager.send_originate(headers, outcome_s)
        accepted = False
        try:
            require_ok("Originate", await self._within(answer, "Originate", self._times.answer_s))
            accepted = True
        finally:
            if not accepted:
                outcome.cancel()
        return outcome

    async def snapshot(self, devices: Collection[str] = ()) -> Snapshot:
        """What Asterisk holds now: channels, rooms with their members, device states (those of `devices` in any case).

        Raises: as `list_action`.
        """
        return await take_snapshot(self, clock=self._clock, devices=devices)

    def _require_up(self, action: str) -> None:
        if not self.state.up:
            raise faults.down(action, self.state.why)

    async def _within(self, future: asyncio.Future[T], action: str, deadline_s: float) -> T:
        try:
            async with asyncio.timeout(deadline_s):
                return await future
        except TimeoutError:
            self._dispatcher.tally["timeouts"] += 1
            raise faults.timed_out(action, deadline_s) from None
