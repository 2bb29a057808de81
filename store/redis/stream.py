"""The hotline's stream of facts, as its recorders read it."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from store.redis.connection import ANSWER_S, store_faults
from store.redis.scripts import stream_script
from tickets.stream import StreamEntry

log = structlog.get_logger(__name__)

GROUP: Final = "recorders"
HELD_S: Final = 60.0
"""An entry that a recorder took and did not acknowledge for so long is given to the next one that reads."""

_Entries = list[tuple[bytes, dict[bytes, bytes] | None]]


class EventStream:
    """Implements `tickets.stream.EventStream`. What is acknowledged is deleted, so the stream is as long as the records are behind.

    Args:
        client: of `store.redis.connection.connect`.
        recorder: who reads; another at every start of the process. What an earlier one held is read again after `held_s`.
    """

    def __init__(self, client: Redis, *, hotline: str, recorder: str, held_s: float = HELD_S) -> None:
        self._client = client
        self._key = f"zhida:{{{hotline}}}:events"
        self._aside = f"{self._key}:bad"
        self._recorder = recorder
        self._held_ms = round(held_s * 1000)
        self._in_doubt = False  # a read broke off: what Redis had given to it may never have come
        self._seen: dict[tuple[bytes, int], float] = {}  # entries that were taken, with how often; since when that is known here

    async def read(self, *, limit: int, wait_s: float) -> Sequence[StreamEntry]:
        """Up to `limit` entries, oldest first; what is no fact at all is set aside (`bad`) and not given."""
        with store_faults():
            try:
                return await self._read(limit, wait_s)
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                await self._create_group()  # the first reader ever, or Redis was emptied
                return await self._read(limit, wait_s)

    async def ack(self, entry_ids: Sequence[str]) -> None:
        """These are safe in the records. Said again, it changes nothing."""
        if entry_ids:
            with store_faults():
                await stream_script("ack").run(self._client, self._key, GROUP, *entry_ids)

    async def behind(self) -> int:
        """How many facts are not safe in the records yet, give or take one."""
        with store_faults():
            return int(await self._client.xlen(self._key))

    async def bad(self) -> int:
        """How many entries were set aside as no facts; they are in the stream `…:events:bad`, each with its reason."""
        with store_faults():
            return int(await self._client.xlen(self._aside))

    async def _read(self, limit: int, wait_s: float) -> Sequence[StreamEntry]:
        own = await self._own(limit) if self._in_doubt else []
        self._in_doubt = True  # until all of it is given
        found = own or await self._held(limit) or await self._new_or_next(limit, wait_s)
        entries = [entry for stream_id, fields in found if (entry := await self._entry(stream_id, fields)) is not None]
        self._in_doubt = bool(own)  # there may be more of that
        return entries

    async def _own(self, limit: int) -> _Entries:
        """What Redis has given to this recorder and is not acknowledged: nobody else would read it before `held_s`."""
        found: Any = await self._client.xreadgroup(GROUP, self._recorder, {self._key: "0"}, count=limit)
        return [entry for _, entries in found or [] for entry in entries]

    async def _held(self, limit: int) -> _Entries:
        """What was taken and not acknowledged for `held_s`: by Redis' clock or, because that can be set back, by ours since it was seen."""
        pending: Any = await self._client.xpending_range(self._key, GROUP, "-", "+", limit)
        now, seen = asyncio.get_running_loop().time(), self._seen
        self._seen = {key: seen.get(key, now) for entry in pending for key in [(entry["message_id"], entry["times_delivered"])]}
        since = [now - first for first in self._seen.values()]
        overdue: Any = [
            entry["message_id"]
            for entry, seen_s in zip(pending, since, strict=True)
            if max(entry["time_since_delivered"], seen_s * 1000) >= self._held_ms
        ]
        if not overdue:
            return []
        held: Any = await self._client.xclaim(self._key, GROUP, self._recorder, 0, overdue)
        return list(held)

    async def _new_or_next(self, limit: int, wait_s: float) -> _Entries:
        new = await self._new(limit, None)
        if not new and wait_s > 0:
            new = await self._new(limit, max(1, round(min(wait_s, ANSWER_S / 2) * 1000)))
        return new

    async def _new(self, limit: int, block_ms: int | None) -> _Entries:
        found: Any = await self._client.xreadgroup(GROUP, self._recorder, {self._key: ">"}, count=limit, block=block_ms)
        return [entry for _, entries in found or [] for entry in entries]

    async def _create_group(self) -> None:
        try:
            await self._client.xgroup_create(self._key, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):  # another recorder was quicker
                raise

    async def _entry(self, stream_id: bytes, fields: dict[bytes, bytes] | None) -> StreamEntry | None:
        if fields and b"document" in fields:
            return StreamEntry(entry_id=stream_id.decode(), text=fields[b"document"])
        log.error("entry_set_aside", entry_id=stream_id.decode())
        script = stream_script("set_aside")
        await self._client.eval(script.text, 2, self._key, self._aside, GROUP, stream_id, "it has no document")
        return None
