"""One step: a script run once, for one hotline and one engine."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import structlog
from redis.asyncio import Redis

from calls.clock import Clock
from calls.errors import Refused
from calls.events import Event, to_ms
from routing.waiting import Offer, Rules
from store.redis import wire
from store.redis.connection import ANSWER_S, store_faults
from store.redis.handed import Handed
from store.redis.scripts import Script, step

log = structlog.get_logger(__name__)

_RECORDS_AT_ONCE: Final = 100  # reading 10,000 seats must not keep this engine from ringing one


class Steps:
    """Runs the steps of one engine.

    Args:
        redis_time: the steps take their time from Redis, so that engines with different clocks agree and no rank depends on
            one of them. False takes it from `clock`: for tests and simulations in virtual time.
    """

    def __init__(self, client: Redis, hotline: str, engine_id: str, rules: Rules, clock: Clock, *, redis_time: bool) -> None:
        if not hotline or set(hotline) & set("{}"):
            raise Refused("hotline_not_usable", f"{hotline!r} cannot name a hotline: it is empty or holds a brace.", hotline=hotline)
        self.client = client
        self.prefix = f"zhida:{{{hotline}}}:"
        self.engine_id = engine_id
        self.clock = clock
        self.rules = rules
        self.on_due: Callable[[datetime], None] = lambda _: None
        """Told after every step when the next timer is due."""
        self._redis_time = redis_time
        self._handed = Handed()

    @property
    def rules(self) -> Rules:
        """What the next step goes by."""
        return self._rules

    @rules.setter
    def rules(self, rules: Rules) -> None:
        self._rules = rules
        self._rules_wire = wire.rules_to_wire(rules)
        self._timezone = ZoneInfo(rules.timezone)

    def _ahead_of_utc_ms(self, at: datetime) -> int:
        """The hotline's local time less UTC at that moment: midnight is where its people are."""
        offset = at.astimezone(self._timezone).utcoffset() or timedelta()
        return round(offset.total_seconds() * 1000)

    def key(self, name: str) -> str:
        """A key of this hotline."""
        return self.prefix + name

    async def run(self, name: str, args: dict[str, Any] | None = None, facts: Sequence[Event] = ()) -> dict[str, Any]:
        """Run the step of this name. Raises: StoreFault."""
        return await self.run_script(step(name), args or {}, facts)

    async def run_script(self, script: Script, args: dict[str, Any], facts: Sequence[Event] = ()) -> dict[str, Any]:
        """Run any script made with `scripts.with_common`. Raises: StoreFault."""
        asked = self.clock.now()
        asked_ms = to_ms(asked)
        with store_faults():
            answer = await script.run(
                self.client,
                self.key("clock"),
                "" if self._redis_time else asked_ms,
                asked_ms,
                self.engine_id,
                self._rules_wire,
                self._ahead_of_utc_ms(asked),
                wire.to_wire(args),
                *wire.facts_to_wire(facts),
            )
        told: dict[str, Any] = json.loads(answer)
        told["due"] = asked + timedelta(milliseconds=told["due_in_ms"]) if "due_in_ms" in told else None
        if told["due"] is not None:
            self.on_due(told["due"])
        for seat_id, before, state, why in told.get("changes", ()):
            log.info("seat_changed", seat_id=seat_id, before=before, state=state, why=why, by=args.get("by", ""))
        return told

    def offer(self, told: Mapping[str, Any], name: str = "offer") -> Offer | None:
        """The offer in a step's answer or a message, where there is one that this engine was not given yet."""
        return self._handed.newest(wire.offer_from_wire(told[name], self.clock.now())) if told.get(name) else None

    async def members(self, index: str) -> list[str]:
        """The ids an index holds, in its order. Raises: StoreFault."""
        with store_faults():
            members = cast("list[bytes]", await self.client.zrange(self.key(index), 0, -1))
        return [member.decode() for member in members]

    async def count_before(self, index: str, rank_ms: int) -> int:
        """How many of an index's ids stand before this rank. Raises: StoreFault."""
        with store_faults():
            return int(await self.client.zcount(self.key(index), "-inf", f"({rank_ms}"))

    async def records(self, kind: str, ids: Sequence[str]) -> tuple[int, list[wire.Record]]:
        """How far hotline time is ahead, and the hashes that are there. No step: others may happen in between. Raises: StoreFault."""
        ahead, records = 0, []
        for first in range(0, len(ids), _RECORDS_AT_ONCE):
            with store_faults():
                pipeline = self.client.pipeline(transaction=False)
                pipeline.hget(self.key("clock"), "ahead")
                for member in ids[first : first + _RECORDS_AT_ONCE]:
                    pipeline.hgetall(self.key(kind + member))
                async with asyncio.timeout(ANSWER_S):
                    said, *found = await pipeline.execute()
            ahead = int(said or 0)
            records += [wire.record_from_wire(record) for record in found if record]
        return ahead, records
