"""A hotline's live state in virtual time: the very steps, on a Redis of one's own, with nothing left to happen later."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from calls.events import from_ms, to_ms
from routing.waiting import Offer, Rules
from store.redis.direct import DirectRedis
from store.redis.live import RedisLiveState

_ENGINE: Final = "simulation"
_FORGET_EVERY: Final = 5_000  # steps; nobody reads the facts of a simulation, so that they would only pile up


class VirtualClock:
    """Stands still until it is set."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def now(self) -> datetime:
        """See `calls.clock.Clock.now`."""
        return from_ms(self.ms)

    def monotonic(self) -> float:
        """See `calls.clock.Clock.monotonic`."""
        return self.ms / 1000


class VirtualHotline:
    """Live state, its clock, and what a step brought about beside its answer."""

    def __init__(self, redis: DirectRedis, *, hotline: str, rules: Rules, clock: VirtualClock) -> None:
        self.clock = clock
        self.live = RedisLiveState(redis.as_client(), hotline=hotline, engine_id=_ENGINE, rules=rules, clock=clock, redis_time=False)
        self.live.tell_due(self._told_due)
        self.due_ms: int | None = None
        """When the next timer is due, as the last step said; it may be one that has been cleared since."""
        self._redis = redis
        self._prefix = f"zhida:{{{hotline}}}:"
        self._offers: list[Offer] = []
        self._looks = 0

    async def tick(self) -> None:
        """Do what is due now."""
        due = await self.live.tick()
        self.due_ms = to_ms(due) if due is not None else None

    def offers(self) -> Sequence[Offer]:
        """The offers that the last steps made for calls other than their own, each told once."""
        self._forget_facts()
        while self._redis.messages:
            self.live.heard(self._redis.messages.popleft(), self)
        offers, self._offers = self._offers, []
        return offers

    def offered(self, offer: Offer) -> None:
        """See `routing.waiting.Deliveries.offered`."""
        self._offers.append(offer)

    def poked(self, call_id: str) -> None:
        """See `routing.waiting.Deliveries.poked`: there is one engine, which changes its calls itself."""

    def _told_due(self, due: datetime) -> None:
        self.due_ms = to_ms(due)

    def _forget_facts(self) -> None:
        self._looks += 1
        if self._looks % _FORGET_EVERY == 0:
            self._redis.forget(self._prefix + "events")
            self._redis.forget(self._prefix + "ended:*")


@contextmanager
def virtual_hotline(socket: Path, *, hotline: str, rules: Rules, begin: datetime) -> Iterator[VirtualHotline]:
    """A new hotline in this Redis, at that moment; forgotten at the end.

    Raises: OSError: there is no Redis at that socket.
    """
    prefix = f"zhida:{{{hotline}}}:"
    with DirectRedis(socket, channel=f"{prefix}engine:{_ENGINE}") as redis:
        redis.forget(f"{prefix}*")
        yield VirtualHotline(redis, hotline=hotline, rules=rules, clock=VirtualClock(to_ms(begin)))
        redis.forget(f"{prefix}*")

