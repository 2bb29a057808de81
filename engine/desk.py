"""Everything a call is served with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from calls.clock import Clock
from calls.errors import PbxFault
from conference.legs import Legs
from conference.recording import RecordingDesk
from engine.callbacks import CallbackDesk
from engine.decision import Decider
from engine.mailbox import PostOffice
from engine.ringing import Ringing
from ivr.announcing import Announcing
from ivr.menu import Menu
from ivr.voicemail import Tapes, VoicemailRules
from pbx.line import AgiLine
from routing.waiting import WaitingRoom

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the configuration says of serving a call.

    Args:
        recordings: folder for recordings as Asterisk sees it; "" records nothing.
        recording_prompts: dialled number -> prompt by which its callers are told that they are recorded.
        rating: whether the caller is asked for one. rating_timeout_s: seconds to wait for its key.
        announcing: what those who wait are told.
        hunt_s: a hunt for a specialist that took this long rings no further phone.
        away_after_missed: a seat that was asked to take a caller over, and did not answer, is away.
        transfer_wait_s: so long a caller who was handed on to a group waits for that group alone.
        voicemail: how voice messages are taken.
    """

    menus: dict[str, Menu]
    recordings: str = ""
    recording_prompts: Mapping[str, str] = field(default_factory=dict)
    rating: bool = True
    rating_timeout_s: float = 5.0
    hunt_s: float = 90.0
    transfer_wait_s: float = 20.0
    away_after_missed: bool = True
    announcing: Announcing = field(default_factory=Announcing)
    voicemail: VoicemailRules = field(default_factory=VoicemailRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One engine's, for all its calls."""

    engine_id: str
    pbx: str
    clock: Clock
    decider: Decider
    waiting: WaitingRoom
    legs: Legs
    post: PostOffice
    ringing: Ringing
    service: Service
    wait_missed_by: Callable[[float], None]
    """Told at each answer by how many seconds the caller waited longer than was expected."""
    callbacks: CallbackDesk
    recording: RecordingDesk
    tapes: Tapes
    outside: Callable[[str], str]
    """A number as people write it -> the device that rings it over the outside trunk."""

    async def record(self, line: AgiLine, *, begin: bool = True) -> None:
        """Record this caller, who is about to be rung for, if calls are recorded; a pause lasts. See `AgiLine.record`.

        Raises: LegGone. StoreFault.
        """
        if not self.service.recordings or not await line.record(self.service.recordings, begin=begin):
            return
        try:
            await self.recording.begun_anew(line.uniqueid)
        except PbxFault as fault:
            log.error("recording_ended", code=fault.code, why=fault.sentence)
            await line.record_no_more()  # rather nothing than a secret
