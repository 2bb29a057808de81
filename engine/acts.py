"""Where acts are noted: in the stream of facts, so that a database that is away blocks nobody; without Redis in the database itself."""

import getpass
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import structlog

from calls.clock import SystemClock
from calls.errors import StoreFault, ZhidaError
from calls.events import Act
from engine.stores import Stores
from routing.waiting import WaitingRoom
from tickets.acts import ActLog

log = structlog.get_logger(__name__)


SHELL: Final = "shell"


@asynccontextmanager
async def noted_act(stores: Stores, what: str, subject: str, **detail: object) -> AsyncIterator[None]:
    """What the shell does to the database itself, in the block: noted before, and again with its reason where it was not done."""
    act = Act(
        call_id="acts",
        at=SystemClock().now(),
        act_id=uuid.uuid4().hex,
        who=SHELL,
        role="",
        person=getpass.getuser(),
        what=what,
        subject=subject,
        why="",
        detail=json.dumps(detail, ensure_ascii=False),
    )
    await stores.acts.add(act)
    try:
        yield
    except Exception as error:
        await stores.acts.add(replace(act, came_of=error.code if isinstance(error, ZhidaError) else "internal"))
        raise


@dataclass(frozen=True, slots=True)
class ActBook:
    """Implements `api.sources.Acts`."""

    waiting: WaitingRoom
    log: ActLog

    async def note(self, act: Act) -> None:
        """See `Acts.note`."""
        log.info("act_noted", who=act.who, person=act.person, what=act.what, subject=act.subject, why=act.why, came_of=act.came_of)
        try:
            await self.waiting.record([act])
        except StoreFault:
            await self.log.add(act)
