"""A caller leaves a voice message: what came of it goes to the records, also where he hangs up over it or the disk is full."""

from dataclasses import dataclass

import structlog

from calls.errors import LegGone, PbxFault, StoreFault
from calls.events import VoicemailLeft
from engine.desk import Desk
from ivr.voicemail import CALLED_BACK, NOT_RECORDED, Dictation, Left
from pbx.line import AgiLine

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Taking:
    """One call's. `left` and `failed` tell what came of it, also where `carry_out` raises.

    Args: callable: he can be called back, so that he may be told so where nothing can be recorded.
    """

    desk: Desk
    line: AgiLine
    call_id: str
    callable: bool
    left: Left | None = None
    failed: bool = False

    async def carry_out(self, prompt: str, *, begun: int = 0) -> None:
        """Take his message. Args: as `Dictation.run`. Raises: LegGone."""
        dictation = Dictation(
            phone=self.line, tapes=self.desk.tapes, rules=self.desk.service.voicemail, clock=self.desk.clock, call_id=self.call_id
        )
        try:
            await dictation.run(prompt, begun=begun)
        except LegGone:
            raise
        except PbxFault as fault:
            if fault.code != NOT_RECORDED:
                raise
            self.failed = True
            log.error("voicemail_not_recorded", why=fault.sentence)
        finally:
            self.left = dictation.left
            if self.left is not None and (self.line.hung_up or not self.line.gone):
                await self._note(self.left)
        if self.failed:
            await self.line.play("voicemail-failed")
            if self.callable:
                await self.line.play(CALLED_BACK)

    async def _note(self, left: Left) -> None:
        log.info("voicemail_left", recording=left.name, length_s=round(left.length_s, 1), how=left.how)
        fact = VoicemailLeft(call_id=self.call_id, at=left.at, name=left.name, length_s=round(left.length_s, 3), how=left.how)
        try:
            await self.desk.waiting.record([fact])
        except StoreFault as fault:
            log.error("voicemail_not_noted", recording=left.name, code=fault.code)  # who keeps the recordings finds it, and tells
