"""What all parts of an engine stand on, put together: live state, the stores, the Asterisks, and the configuration in force."""

import secrets
from dataclasses import dataclass

from redis.asyncio import Redis

from calls.clock import Clock, SystemClock
from config.derive import redis_url, waiting_rules
from config.settings import Settings
from engine.asterisks import Asterisks
from engine.building_asterisks import asterisks_of, phones_of
from engine.directory import CurrentDirectory
from engine.mailbox import PostOffice
from engine.serving import Current, current_of
from engine.stores import Stores, open_stores
from engine.strays import Strays
from engine.watcher import SeatPhones
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.talks import RedisTalks


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One engine's."""

    engine_id: str
    clock: Clock
    redis: Redis
    live: RedisLiveState
    stores: Stores
    directory: CurrentDirectory
    current: Current
    post: PostOffice
    phones: SeatPhones
    asterisks: Asterisks


def ground_of(settings: Settings, number: int) -> Ground:
    """Of engine `number` (from 1); nothing is connected yet."""
    clock = SystemClock()
    engine_id = f"{settings.hotline.id}-{number}-{secrets.token_hex(4)}"
    redis = connect(redis_url(settings))
    live = RedisLiveState(redis, hotline=settings.hotline.id, engine_id=engine_id, rules=waiting_rules(settings), clock=clock)
    directory = CurrentDirectory()
    post = PostOffice()
    post.stray, post.talks = Strays(live, post).found, RedisTalks(live.steps)
    phones = phones_of(settings, live, lambda at: asterisks[at].link.state.up)
    asterisks = asterisks_of(settings, live, post, phones, clock)
    return Ground(
        engine_id=engine_id,
        clock=clock,
        redis=redis,
        live=live,
        stores=open_stores(settings, clock),
        directory=directory,
        current=current_of(settings, directory),
        post=post,
        phones=phones,
        asterisks=asterisks,
    )
