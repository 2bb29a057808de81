"""Who may hear a recording; and whoever does, or reads who was on it, is noted before he is given it: the one place for both."""

import json
import uuid
from typing import Any

import structlog

from api.errors import Forbidden
from api.rights import Right
from api.route import Asked
from calls.events import Act

log = structlog.get_logger(__name__)


async def require_own(asked: Asked[Any, Any]) -> None:
    """Who may not hear everybody's calls may hear those he served: his token must be his own, and he have talked on the call.

    Raises: Forbidden. StoreFault.
    """
    bearer = asked.bearer
    if bearer.may(Right.HEAR_ALL):
        return
    if not bearer.agent or not await asked.sources.recordings.served_by(asked.path["call_id"], bearer.agent):
        whose = f"agent {bearer.agent} did not serve this one" if bearer.agent else f"token {bearer.name} is no agent's own"
        raise Forbidden("not_own_call", f"An agent hears the calls he served himself; {whose}.", role=bearer.role)


async def note_access(asked: Asked[Any, Any], what: str) -> None:
    """Note in the log, and in the log of acts, who is about to be given which part of a recording.

    Args:
        what: the operation's name: hear_recording, show_manifest, hear_consult, list_consults, hear_voicemail or show_voicemail.
    Raises: StoreFault: it could not be noted, so nothing is given.
    """
    call_id, bearer = asked.path["call_id"], asked.bearer
    act = Act(
        call_id=call_id,
        at=asked.sources.clock.now(),
        act_id=uuid.uuid4().hex,
        who=bearer.name,
        role=bearer.role,
        person=asked.person,
        what=what,
        subject=f"calls/{call_id}",
        why="",
        detail=json.dumps({"consult": asked.path["consult"]} if "consult" in asked.path else {}),
    )
    await asked.sources.acts.note(act)
    log.info("recording_accessed", who=bearer.name, role=bearer.role, person=asked.person, call_id=call_id, what=what)
