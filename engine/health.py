"""How the engine's parts are, for /healthz."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from api.sources import PartHealth
from calls.errors import StoreFault
from engine.building import Engine

_ANSWER_S: Final = 1.0
_BEHIND: Final = 10_000  # facts waiting to be recorded that are no burst any more


class EngineHealth:
    """Looks at each part when asked; `since` is when it was first seen so."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: dict[str, PartHealth] = {}

    async def __call__(self) -> Mapping[str, PartHealth]:
        """See `api.sources.Health`."""
        redis, sql = await asyncio.gather(self._redis(), self._sql())
        recorder = self._engine.recorder.state
        faults = {
            "redis": redis,
            **self._asterisks(),
            "sql": sql,
            "recorder": recorder.fault,
            "directory": self._engine.directory.fault,
            "agi": "" if self._engine.taking_calls.is_set() else "This engine takes no calls.",
        }
        now = self._engine.clock.now()
        return {name: self._part(name, fault, now) for name, fault in faults.items()}

    def _asterisks(self) -> dict[str, str]:
        """One is called asterisk, of several each asterisk_NAME."""
        links = {name: asterisk.link.state for name, asterisk in self._engine.asterisks.items()}
        return {"asterisk" if len(links) == 1 else f"asterisk_{name}": "" if link.up else link.why for name, link in links.items()}

    def _part(self, name: str, fault: str, now: datetime) -> PartHealth:
        before = self._seen.get(name)
        if before is None or before.ok is bool(fault):
            before = self._seen[name] = PartHealth(ok=not fault, since=now, why=fault)
        return before

    async def _redis(self) -> str:
        try:
            async with asyncio.timeout(_ANSWER_S):
                waiting = await self._engine.stream.behind()
        except StoreFault as fault:
            return fault.sentence
        except TimeoutError:
            return f"Redis did not answer within {_ANSWER_S:g} s."
        return f"{waiting} facts wait to be recorded." if waiting > _BEHIND else ""

    async def _sql(self) -> str:
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._engine.stores.directory.version()
        except StoreFault as fault:
            return fault.sentence
        except TimeoutError:
            return f"The database did not answer within {_ANSWER_S:g} s."
        return ""
