"""An engine put together: the only place that builds its parts."""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Histogram
from redis.asyncio import Redis

from calls.clock import Clock, SystemClock
from conference.desk import ConferenceDesk
from conference.recording import RecordingDesk
from conference.supervising import SupervisionDesk
from config.derive import agents, redis_url, seat_codes, waiting_rules
from config.opening_rules import asking_rules
from config.settings import Settings
from engine.acts import ActBook, KeyedActs
from engine.addresses import agi_addresses
from engine.asterisks import Asterisks
from engine.building_asterisks import agi_of, asterisks_of, phones_of, supervision_of
from engine.call_keys import KEYS_SCRIPT, CallKeyRoad
from engine.callback_keeper import CallbackKeeper
from engine.callback_place import callback_desk, callback_place
from engine.callbacks import CallbackDesk
from engine.decision import Decider
from engine.directory import CurrentDirectory
from engine.keying import RosterHunt, keys_go_by, steer_others
from engine.links import Links, links_of
from engine.mailbox import PostOffice
from engine.outside import Outside
from engine.recorder_process import RecorderProcess
from engine.recording import keeper_of
from engine.recording_keeper import RecordingKeeper
from engine.road import Road
from engine.seat_codes import SEAT_SCRIPT, SeatCodeRoad
from engine.serving import Current, Shared, current_of, roads_of, shift_rules_of, wait_error_histogram
from engine.shifts import ShiftWatch
from engine.specialists import ByNow, Specialists, specialists
from engine.steering import Steering
from engine.stores import Stores, open_stores
from engine.strays import Strays
from engine.targets import TargetsHere
from engine.watcher import SeatPhones
from ivr.seat_codes import SeatCodes
from pbx.agi.server import AgiServer
from routing.waiting import LiveCall
from seats.agents import Agents
from seats.desk import SeatDesk
from seats.seat import Seat
from store.redis.announcing import Announcements
from store.redis.callbacks import RedisCallbackOrders
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.pauses import RedisPauses
from store.redis.reloads import ReloadsAsked
from store.redis.stream import EventStream
from store.redis.supervising import RedisSupervision
from store.redis.talks import RedisTalks
from store.redis.telling import ToldFacts
from tickets.callbacks import Standing


@dataclass(slots=True)
class Seen:
    """The hotline's calls, seats and call-back list as this engine last looked; for figures, not for decisions."""

    calls: Sequence[LiveCall] = ()
    seats: Sequence[Seat] = ()
    callbacks: Sequence[Standing] = ()


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
    clock = SystemClock()
    engine_id = f"{settings.hotline.id}-{number}-{secrets.token_hex(4)}"
    redis = connect(redis_url(settings))
    live = RedisLiveState(redis, hotline=settings.hotline.id, engine_id=engine_id, rules=waiting_rules(settings), clock=clock)
    stores = open_stores(settings, clock)
    directory = CurrentDirectory()
    post = PostOffice()
    post.stray, post.talks = Strays(live, post).found, RedisTalks(live.steps)
    phones = phones_of(settings, live, lambda at: asterisks[at].link.state.up)
    asterisks = asterisks_of(settings, live, post, phones, clock)
    current = current_of(settings, directory)
    wait_errors = wait_error_histogram()
    place = callback_place(settings, current.decider, current.outside, number)
    callbacks = callback_desk(RedisCallbackOrders(redis, hotline=settings.hotline.id), live, asterisks, clock, place)
    pauses = RedisPauses(redis, hotline=settings.hotline.id)
    recordings = RecordingDesk(waiting=live, switch=asterisks, pauses=pauses, clock=clock, longest_s=settings.recording.pause_longest_s)
    shared = Shared(
        engine_id=engine_id, clock=clock, live=live, asterisks=asterisks, post=post, wait_errors=wait_errors, callbacks=callbacks,
        recording=recordings,
    )  # fmt: skip
    roads = roads_of(current, shared)
    seats = SeatDesk(live, Agents(clock), pause_reasons={}, extend_s=0)
    acts = KeyedActs(ActBook(live, stores.acts), live, clock)
    codes = SeatCodeRoad(SeatCodes(seats), phones, acts)
    targets = TargetsHere(lambda: current.settings, live, asterisks)
    conferences = ConferenceDesk(waiting=live, legs=asterisks, clock=clock, targets=targets)
    by_now = ByNow(rules=lambda: asking_rules(current.settings), dial=lambda number: current.outside.digits(number))  # noqa: PLW0108  as it is then
    brought_in = specialists(stores, live, asterisks, conferences, clock, by_now)
    steering = Steering(conferences, RosterHunt(brought_in.desk), targets)
    steer_others(steering, brought_in.tickets, recordings)
    keys = CallKeyRoad(steering, live, phones, acts)
    seats_go_by(settings, seats, codes)
    keys_go_by(settings, keys)
    return Engine(
        current=current,
        roads=roads,
        engine_id=engine_id,
        clock=clock,
        redis=redis,
        live=live,
        asterisks=asterisks,
        agi=agi_of(settings, number, asterisks, roads, {SEAT_SCRIPT: codes.take, KEYS_SCRIPT: keys.take}),
        taking_calls=asyncio.Event(),
        post=post,
        phones=phones,
        seats=seats,
        codes=codes,
        call_keys=keys,
        address=agi_addresses(settings)[number - 1],
        directory=directory,
        conferences=conferences,
        specialists=brought_in,
        callbacks=callbacks,
        callback_keeper=CallbackKeeper(desk=callbacks, list_=stores.callbacks, room=live, clock=clock),
        shifts=ShiftWatch(shift_rules_of(settings), clock),
        supervisors=supervision_of(lambda: current.settings, live, asterisks, clock),
        dispatch=RedisSupervision(live.steps),
        stores=stores,
        news=Announcements(redis, hotline=settings.hotline.id),
        stream=EventStream(redis, hotline=settings.hotline.id, recorder=engine_id),
        told=ToldFacts(redis, hotline=settings.hotline.id),
        reloads=ReloadsAsked(redis, hotline=settings.hotline.id),
        keeper=keeper_of(lambda: current.settings, live, stores, clock),
        recordings=recordings,
        recorder=RecorderProcess((sys.executable, "-m", "engine", "record", *options), clock),
        seen=Seen(),
        wait_errors=wait_errors,
        links=links_of(settings, stores, clock, live.record, lambda: current.settings),
    )


def seats_go_by(settings: Settings, desk: SeatDesk, codes: SeatCodeRoad) -> None:
    """What agents may do at seats, and who they are, is from now on what these settings say."""
    seats = settings.seats
    desk.agents.go_by(agents(settings))
    desk.pause_reasons = seats.pause_reasons
    desk.extend_s = seats.wrap_up_s or seats.wrap_up_longest_s
    codes.codes = seat_codes(settings)


def shared_of(engine: Engine) -> Shared:
    """What the engine's roads share."""
    return Shared(
        engine_id=engine.engine_id, clock=engine.clock, live=engine.live, asterisks=engine.asterisks, post=engine.post,
        wait_errors=engine.wait_errors, callbacks=engine.callbacks, recording=engine.recordings,
    )  # fmt: skip
