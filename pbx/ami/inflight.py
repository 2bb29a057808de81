"""The actions of one connection that wait for an answer. They die with the connection: nothing here is ever sent again."""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

from calls.errors import PbxFault
from pbx.ami import faults
from pbx.ami.messages import AmiEvent, AmiResponse

MAX_IN_FLIGHT = 1000
MAX_LIST_ENTRIES = 100_000


@dataclass(slots=True)
class _Waiting:
    action: str
    answer: asyncio.Future[AmiResponse]
    listing: AmiResponse | None = None  # the answer that announced a list
    entries: list[AmiEvent] = field(default_factory=list)


class InFlight:
    """Who waits for which ActionID."""

    def __init__(self) -> None:
        self._stem = secrets.token_hex(8)  # nobody who writes into Asterisk's output may guess one (see `gate`)
        self._count = 0
        self._waiting: dict[str, _Waiting] = {}
        self._originates: dict[str, asyncio.Future[AmiEvent]] = {}
        self._over: str = ""

    def __contains__(self, action_id: object) -> bool:
        return action_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    def next_id(self) -> str:
        """A new ActionID."""
        self._count += 1
        return f"{self._stem}-{self._count}"

    def expect(self, action_id: str, action: str) -> asyncio.Future[AmiResponse]:
        """The answer to come: whole, if it is a list.

        Raises: PbxFault: `ami_down` after the connection's end; `ami_busy` where too many wait.
        """
        if self._over:
            raise faults.down(action, self._over)
        if len(self._waiting) >= MAX_IN_FLIGHT:
            raise faults.busy(action, len(self._waiting))
        answer: asyncio.Future[AmiResponse] = asyncio.get_running_loop().create_future()
        self._waiting[action_id] = _Waiting(action, answer)
        answer.add_done_callback(lambda _: self._waiting.pop(action_id, None))
        return answer

    def expect_originate(self, action_id: str, within_s: float) -> asyncio.Future[AmiEvent]:
        """The OriginateResponse to come, or a PbxFault: `ami_timeout`, `ami_down`. It may come before the action's own answer."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[AmiEvent] = loop.create_future()
        self._originates[action_id] = outcome
        timer = loop.call_later(within_s, _fail, outcome, faults.timed_out("Originate", within_s))

        def forget(done: asyncio.Future[AmiEvent]) -> None:
            timer.cancel()
            self._originates.pop(action_id, None)
            if not done.cancelled():
                done.exception()  # looked at: the one who ordered the call need not wait for its outcome

        outcome.add_done_callback(forget)
        return outcome

    def take_response(self, response: AmiResponse) -> None:
        """An answer: the end of the wait, unless it announces a list (`EventList: start`)."""
        waiting = self._waiting[response.headers["ActionID"]]
        if response.ok and response.get("EventList").lower() == "start":
            waiting.listing = response
        elif not waiting.answer.done():
            waiting.answer.set_result(response)

    def take_entry(self, event: AmiEvent) -> None:
        """One entry of a list, or the list's end (`EventList: Complete`, or `cancelled`)."""
        waiting = self._waiting[event.headers["ActionID"]]
        if not event.get("EventList"):
            if len(waiting.entries) < MAX_LIST_ENTRIES:
                waiting.entries.append(event)
            return
        if waiting.listing is not None and not waiting.answer.done():
            waiting.answer.set_result(_completed(waiting.listing, waiting.entries, event))

    def take_originate(self, event: AmiEvent) -> None:
        """An OriginateResponse: ours, or another engine's."""
        outcome = self._originates.get(event.get("ActionID"))
        if outcome is not None and not outcome.done():
            outcome.set_result(event)

    def end(self, why: str) -> None:
        """The connection is gone: everyone who waits is told so, at once."""
        if self._over:
            return
        self._over = why
        for waiting in list(self._waiting.values()):
            _fail(waiting.answer, faults.lost(waiting.action, why))
        for outcome in list(self._originates.values()):
            _fail(outcome, faults.lost("Originate", why))


def _fail(future: asyncio.Future[Any], fault: PbxFault) -> None:
    if not future.done():
        future.set_exception(fault)


def _completed(listing: AmiResponse, entries: list[AmiEvent], complete: AmiEvent) -> AmiResponse:
    counted = complete.get("ListItems")
    announced = int(counted) if counted.isdecimal() and len(counted) < 10 else len(entries) + 1
    missing = max(0, announced - len(entries))
    return AmiResponse(ok=True, message=listing.message, headers=listing.headers, items=tuple(entries), missing=missing)
