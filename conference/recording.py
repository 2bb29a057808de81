"""A recording is paused while a secret is said, and taken up again; a consult's is silent while the caller is in the room.

Two kinds of legs are recorded: the caller's from its first answer to the end; and each specialist's, and that of whom the caller is to
be handed on to, from the moment he is in the room (the consult's recording, kept and heard apart). Asterisk records on by itself;
what is decided here is only who is silent.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from calls.clock import Clock
from calls.errors import Conflict, Fault, LegGone, NotFound
from calls.events import RecordingPaused, RecordingResumed
from conference.errand import AttemptState, Errand
from conference.inside import Inside
from conference.table import WHERE, Place
from conference.transfer import TransferState
from routing.live_call import live_call
from routing.waiting import CallState, LiveCall, WaitingRoom

log = structlog.get_logger(__name__)

LONGEST: Final = "recording.pause_longest_s"
"""Who resumed a recording that nobody resumed."""
_NO_TALK: Final = frozenset({CallState.IVR, CallState.WAITING, CallState.OFFERED, CallState.AFTER})


class RecordingSwitch(Protocol):
    """What it needs of the telephone exchange."""

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        """Record silence of this leg and of whatever it hears, or sound again; `channel` is its uniqueid.

        Raises: NotFound: nothing is recorded on it. PbxFault, LegGone.
        """
        ...


class Pauses(Protocol):
    """Which recordings are paused, and until when at the longest; shared by all engines. Raises (all): StoreFault."""

    async def set(self, call_id: str, until: datetime) -> None:
        """It is paused until then; said again, until the new time."""
        ...

    async def until(self, call_id: str) -> datetime | None:
        """None where it is not paused."""
        ...

    async def end(self, call_id: str) -> bool:
        """It is not paused any more; False where it was not: somebody else has ended the pause."""
        ...

    async def over(self, now: datetime) -> list[str]:
        """Those whose time is over and that nobody has ended."""
        ...


class RecordingDesk:
    """Pauses and resumes, for API, shell and keys alike. What is asked twice is done twice, and is the same pause.

    Args: longest_s: a pause that nobody ends is ended after so long.
    """

    def __init__(self, *, waiting: WaitingRoom, switch: RecordingSwitch, pauses: Pauses, clock: Clock, longest_s: float) -> None:
        self._waiting = waiting
        self._switch = switch
        self._pauses = pauses
        self._clock = clock
        self.longest_s = longest_s

    async def pause(self, call_id: str, *, by: str) -> datetime:
        """Record silence from now on; until when at the longest. Asked again, it begins anew to count.

        Raises: NotFound: no such call. Conflict: it is not recorded. PbxFault. StoreFault.
        """
        call = await self._talk(call_id)
        was, until = await self._pauses.until(call_id), self._clock.now() + timedelta(seconds=self.longest_s)
        await self._pauses.set(call_id, until)
        try:
            await self._mute(call, paused=True)
        except Exception:
            if was is None:
                await self._pauses.end(call_id)
            raise
        await self._waiting.record([RecordingPaused(call_id=call_id, at=self._clock.now(), by=by)])
        log.info("recording_paused", call_id=call_id, who=by)
        return until

    async def resume(self, call_id: str, *, by: str) -> None:
        """Record what is said again. Raises: as `pause`."""
        await self._resume(await self._talk(call_id), by=by)

    async def end_overdue(self) -> None:
        """Resume what was paused longer than is allowed. Any engine does it; what was done twice is told once. Raises: StoreFault."""
        for call_id in await self._pauses.over(self._clock.now()):
            call = await self._waiting.call(call_id)
            if call is None:
                await self._pauses.end(call_id)
                continue
            try:
                await self._resume(call, by=LONGEST)
            except (Conflict, LegGone):
                await self._pauses.end(call_id)
            except Fault as fault:
                log.warning("recording_not_resumed", call_id=call_id, why=fault.sentence)  # it is tried again at the next look

    async def begun_anew(self, call_id: str) -> None:
        """The caller's recording was begun anew, and has sound: silence again, where it is paused. Raises: PbxFault, StoreFault."""
        if await self._pauses.until(call_id) is None:
            return
        try:
            await self._switch.mute_recording(call_id, muted=True)
        except (NotFound, LegGone):
            log.debug("recording_gone", call_id=call_id)  # and the caller with it

    async def suit(self, call: LiveCall) -> None:
        """Bring the recordings of consults to what the call's state wants. Raises: PbxFault, StoreFault."""
        paused = await self._pauses.until(call.call_id) is not None
        for leg, muted in consults_muted(call, paused=paused).items():
            await self._mute_consult(leg, muted=muted)

    async def _resume(self, call: LiveCall, *, by: str) -> None:
        silent_until = self._clock.now()  # Asterisk answers when sound is recorded already; what the manifest calls silent must be
        await self._mute(call, paused=False)
        if await self._pauses.end(call.call_id):
            await self._waiting.record([RecordingResumed(call_id=call.call_id, at=silent_until, by=by)])
            log.info("recording_resumed", call_id=call.call_id, who=by)

    async def _mute(self, call: LiveCall, *, paused: bool) -> None:
        try:
            await self._switch.mute_recording(call.call_id, muted=paused)
        except NotFound:
            raise Conflict("call_not_recorded", f"Call {call.call_id} is not recorded.", call_id=call.call_id) from None
        for leg, muted in consults_muted(call, paused=paused).items():
            await self._mute_consult(leg, muted=muted)

    async def _mute_consult(self, leg: str, *, muted: bool) -> None:
        try:
            await self._switch.mute_recording(leg, muted=muted)
        except (NotFound, LegGone):
            log.debug("consult_not_recorded", leg=leg)  # recording is off, or he has just left

    async def _talk(self, call_id: str) -> LiveCall:
        call = await live_call(self._waiting, call_id)
        if call.state in _NO_TALK:
            sentence = f"Call {call_id} is {call.state}; a recording is paused or resumed while a seat talks."
            raise Conflict("call_not_recorded", sentence, call_id=call_id, state=call.state)
        return call


class ConsultsRecorded:
    """Follows one call's conference: whoever talks while the caller is on music is recorded, and nobody while he is there."""

    def __init__(self, desk: RecordingDesk) -> None:
        self._desk = desk
        self._suited: Mapping[str, bool] | None = None

    async def follow(self, call: LiveCall) -> None:
        """Do what this state of the call wants, where that was not done. What Asterisk cannot be told now it is told at the next look."""
        wanted = consults_muted(call, paused=False)
        if wanted == self._suited:
            return
        try:
            await self._desk.suit(call)
        except Fault as fault:
            log.warning("consult_recording_not_switched", call_id=call.call_id, code=fault.code)
        else:
            self._suited = wanted


def consults_muted(call: LiveCall, *, paused: bool) -> Mapping[str, bool]:
    """Each recorded leg in the room but the caller's -> whether silence is to be recorded on it: while the caller is there, too."""
    errand, transfer = Errand.from_json(call.errand), Inside.from_json(call.inside).transfer
    together = WHERE[call.state].caller is Place.ROOM
    legs = [attempt.attempt_id for attempt in errand.attempts if attempt.state is AttemptState.JOINED]
    muted = dict.fromkeys(legs, paused or together)
    if transfer is not None and transfer.announced and transfer.state in (TransferState.JOINED, TransferState.DONE):
        his_own = transfer.state is TransferState.DONE  # the caller is his, and what he says apart later is another consult
        muted[transfer.transfer_id] = paused or together or his_own
    return muted
