"""Call-backs under way: who has a number's lease, and the order each is placed by (routing.callbacks.CallbackOrders).

calling:<number>   the call-back that has the number, or "resting <since when>"; it goes by itself where nobody keeps it
ordered:<call>     hash: the order, and what became of ringing the caller
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any, Final, cast

from redis.asyncio import Redis

from routing.callbacks import RESTING, CallbackOrder, Cause, Reach
from store.redis.connection import store_faults

LEASE_MS: Final = 60_000
"""Longer than the dialplan looks for another engine after one died (fallback.engine_wait_s is 15 by default)."""
_ORDER_MS: Final = 86_400_000
_PLACE: Final = """
local holder = redis.call('GET', KEYS[1])
local rests = holder and holder:match('^' .. ARGV[1] .. ' (%d+)$')
if holder and not (rests and (ARGV[2] == '1' or tonumber(ARGV[7]) > tonumber(rests))) then return rests and ARGV[1] or holder end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
redis.call('HSET', KEYS[2], 'order', ARGV[5], 'reach', '')
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return ''
"""
_OVER: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
local now = redis.call('TIME')
local value = ARGV[2] == '' and ARGV[4] .. ' ' .. now[1] * 1000 + math.floor(now[2] / 1000) or ARGV[2]
redis.call('SET', KEYS[1], value, 'PX', ARGV[3])
return 1
"""


class RedisCallbackOrders:
    """The orders of one hotline."""

    def __init__(self, client: Redis, *, hotline: str) -> None:
        self._client = client
        self._prefix = f"zhida:{{{hotline}}}:"

    async def place(self, order: CallbackOrder, *, though_resting: bool = False) -> str:
        """See `CallbackOrders.place`. One atomic step."""
        keys = [self._calling(order.number), self._ordered(order.call_id)]
        text = json.dumps(asdict(order), ensure_ascii=False)
        args = [RESTING, int(though_resting), order.call_id, LEASE_MS, text, _ORDER_MS, order.since_ms]
        return cast("bytes", await self._run(_PLACE, keys, args)).decode()

    async def held(self, since_ms: Mapping[str, int]) -> Collection[str]:
        """See `CallbackOrders.held`."""
        if not since_ms:
            return ()
        with store_faults():
            said = await cast("Any", self._client.mget([self._calling(number) for number in since_ms]))
        holders = {number: holder.decode() for number, holder in zip(since_ms, said, strict=True) if holder is not None}
        return {number for number, holder in holders.items() if not _over_for(holder, since_ms[number])}

    async def order(self, call_id: str) -> CallbackOrder | None:
        """See `CallbackOrders.order`."""
        with store_faults():
            text = await cast("Any", self._client.hget(self._ordered(call_id), "order"))
        if text is None:
            return None
        given = json.loads(text)
        return CallbackOrder(**{**given, "cause": Cause(given["cause"])})

    async def keep(self, order: CallbackOrder) -> None:
        """See `CallbackOrders.keep`."""
        await self._run(_OVER, [self._calling(order.number)], [order.call_id, order.call_id, LEASE_MS, RESTING])

    async def note(self, call_id: str, reach: Reach) -> None:
        """See `CallbackOrders.note`."""
        with store_faults():
            await cast("Any", self._client.hset(self._ordered(call_id), "reach", str(reach)))

    async def reach(self, call_id: str) -> str:
        """See `CallbackOrders.reach`."""
        with store_faults():
            said = await cast("Any", self._client.hget(self._ordered(call_id), "reach"))
        return said.decode() if said is not None else ""

    async def over(self, order: CallbackOrder, *, rest_s: float) -> None:
        """See `CallbackOrders.over`."""
        await self._run(_OVER, [self._calling(order.number)], [order.call_id, "", max(1, round(rest_s * 1000)), RESTING])

    async def holder(self, number: str) -> str:
        """See `CallbackOrders.holder`."""
        with store_faults():
            said = cast("bytes | None", await self._client.get(self._calling(number)))
        holder = "" if said is None else said.decode()
        return "" if holder.startswith(RESTING + " ") else holder

    async def _run(self, script: str, keys: list[str], args: list[Any]) -> Any:  # noqa: ANN401  what the script returns
        with store_faults():
            return await cast("Any", self._client.eval(script, len(keys), *keys, *args))

    def _calling(self, number: str) -> str:
        return f"{self._prefix}calling:{number}"

    def _ordered(self, call_id: str) -> str:
        return f"{self._prefix}ordered:{call_id}"


def _over_for(holder: str, since_ms: int) -> bool:
    """Whether that is a rest of before he left: it does not hold him up."""
    word, _, began = holder.partition(" ")
    return word == RESTING and began.isdecimal() and since_ms > int(began)
