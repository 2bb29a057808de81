"""What a specialist writes is an act as any other: noted before it is done, with who."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import structlog

from api.sources import Sources
from calls.errors import StoreFault, ZhidaError
from calls.events import Act
from tickets.answers import Draft
from tickets.links import Link

log = structlog.get_logger(__name__)

WHO: Final = "link"
"""The name under which the log of acts has whoever came by a link; `person` is the specialist's."""
ROLE: Final = "specialist"
_LONGEST_PERSON: Final = 64


@asynccontextmanager
async def noted_answer(sources: Sources, link: Link, draft: Draft) -> AsyncIterator[None]:
    """Noted, and again with its reason where it was not done after all. Raises: StoreFault: it cannot be noted, so it is not done."""
    detail = {"link": link.link_id, "reply": draft.kind, "characters": len(draft.text)}
    act = Act(
        call_id="acts",
        at=sources.clock.now(),
        act_id=uuid.uuid4().hex,
        who=WHO,
        role=ROLE,
        person=f"{link.department} {link.name}"[:_LONGEST_PERSON],
        what="answer_ticket",
        subject=f"tickets/{link.ticket}",
        why="",
        detail=json.dumps(detail, ensure_ascii=False),
    )
    await sources.acts.note(act)
    try:
        yield
    except Exception as error:
        try:
            await sources.acts.note(replace(act, came_of=error.code if isinstance(error, ZhidaError) else "internal"))
        except StoreFault as fault:
            log.error("act_not_noted_as_undone", act_id=act.act_id, why=fault.sentence)
        raise
