"""An engine put together; its ground, its Asterisks and its desks each beside this file."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Histogram
from redis.asyncio import Redis

from calls.clock import Clock
from conference.desk import ConferenceDesk
from conference.recording import RecordingDesk
from conference.supervising import SupervisionDesk
from config.settings import Settings
from engine.addresses import agi_addresses
from engine.asterisks import Asterisks
from engine.building_asterisks import agi_of
from engine.building_desks import desks_of
from engine.building_ground import ground_of
from engine.call_keys import KEYS_SCRIPT, CallKeyRoad
from engine.callback_keeper import CallbackKeeper
from engine.callbacks import CallbackDesk
from engine.decision import Decider
from engine.directory import CurrentDirectory
from engine.links import Links, links_of
from engine.mailbox import PostOffice
from engine.outside import Outside
from engine.recorder_process import RecorderProcess
from engine.recording import keeper_of
from engine.recording_keeper import RecordingKeeper
from engine.road import Road
from engine.seat_codes import SEAT_SCRIPT, SeatCodeRoad
from engine.serving import Current, Shared, roads_of, shift_rules_of, wait_error_histogram
from engine.shifts import ShiftWatch
from engine.specialists import Specialists
from engine.stores import Stores
from engine.watcher import SeatPhones
from pbx.agi.server import AgiServer
from routing.waiting import LiveCall
from seats.desk import SeatDesk
from seats.seat import Seat
from store.redis.announcing import Announcements
from store.redis.live import RedisLiveState
from store.redis.reloads import ReloadsAsked
from store.redis.stream import EventStream
from store.redis.supervising import RedisSupervision
from store.redis.telling import ToldFacts
from tickets.callbacks import Standing
from tickets.records import Unheard


@dataclass(slots=True)
class Seen:
    """The hotline's calls, seats, call-back list and voice messages as this engine last looked; for figures, not for decisions."""

    calls: Sequence[LiveCall] = ()
    seats: Sequence[Seat] = ()
    callbacks: Sequence[Standing] = ()
    voicemails: Sequence[Unheard] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine's parts; engine.running starts and stops them."""

    current: Current
    roads: dict[str, Road]
    engine_id: str
    clock: Clock
    redis: Redis
    live: RedisLiveState
    asterisks: Asterisks
    agi: AgiServer
    taking_calls: asyncio.Event
    post: PostOffice
    phones: SeatPhones
    seats: SeatDesk
    codes: SeatCodeRoad
    call_keys: CallKeyRoad
    address: str
    """Where Asterisk reaches it, "host:port"."""
    directory: CurrentDirectory
    conferences: ConferenceDesk
    specialists: Specialists
    callbacks: CallbackDesk
    callback_keeper: CallbackKeeper
    shifts: ShiftWatch
    supervisors: SupervisionDesk
    dispatch: RedisSupervision
    stores: Stores
    news: Announcements
    stream: EventStream
    told: ToldFacts
    reloads: ReloadsAsked
    recorder: RecorderProcess
    keeper: RecordingKeeper
    recordings: RecordingDesk
    seen: Seen
    wait_errors: Histogram
    links: Links

    @property
    def settings(self) -> Settings:
        """By which it works now."""
        return self.current.settings

    @property
    def decider(self) -> Decider:
        """What routes the calls that come in now."""
        return self.current.decider

    @property
    def outside(self) -> Outside:
        """How the outside world is dialled now."""
        return self.current.outside


def build(settings: Settings, number: int, *, options: Sequence[str]) -> Engine:
    """Engine `number` (from 1) of this configuration; nothing is started yet.

    Args:
        options: how a command is to find the same configuration.
    """
    ground = ground_of(settings, number)
    desks = desks_of(settings, ground, number)
    current, stores, live, redis, clock = ground.current, ground.stores, ground.live, ground.redis, ground.clock
    hotline = settings.hotline.id
    roads: dict[str, Road] = {}
    engine = Engine(
        current=current,
        roads=roads,
        engine_id=ground.engine_id,
        clock=clock,
        redis=redis,
        live=live,
        asterisks=ground.asterisks,
        agi=agi_of(settings, number, ground.asterisks, roads, {SEAT_SCRIPT: desks.codes.take, KEYS_SCRIPT: desks.keys.take}),
        taking_calls=asyncio.Event(),
        post=ground.post,
        phones=ground.phones,
        seats=desks.seats,
        codes=desks.codes,
        call_keys=desks.keys,
        address=agi_addresses(settings)[number - 1],
        directory=ground.directory,
        conferences=desks.conferences,
        specialists=desks.specialists,
        callbacks=desks.callbacks,
        callback_keeper=CallbackKeeper(desk=desks.callbacks, list_=stores.callbacks, room=live, clock=clock),
        shifts=ShiftWatch(shift_rules_of(settings), clock),
        supervisors=desks.supervisors,
        dispatch=RedisSupervision(live.steps),
        stores=stores,
        news=Announcements(redis, hotline=hotline),
        stream=EventStream(redis, hotline=hotline, recorder=ground.engine_id),
        told=ToldFacts(redis, hotline=hotline),
        reloads=ReloadsAsked(redis, hotline=hotline),
        recorder=RecorderProcess((sys.executable, "-m", "engine", "record", *options), clock),
        keeper=keeper_of(lambda: current.settings, live, stores, clock),
        recordings=desks.recordings,
        seen=Seen(),
        wait_errors=wait_error_histogram(),
        links=links_of(settings, stores, clock, live.record, lambda: current.settings),
    )
    roads.update(roads_of(current, shared_of(engine)))
    return engine


def shared_of(engine: Engine) -> Shared:
    """What the engine's roads share."""
    return Shared(
        engine_id=engine.engine_id, clock=engine.clock, live=engine.live, asterisks=engine.asterisks, post=engine.post,
        wait_errors=engine.wait_errors, callbacks=engine.callbacks, recording=engine.recordings,
    )  # fmt: skip
