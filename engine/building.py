"""An engine put together: the only place that builds its parts."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from prometheus_client import Histogram
from redis.asyncio import Redis

from calls.clock import Clock, SystemClock
from conference.desk import ConferenceDesk
from conference.recording import RecordingDesk
from conference.supervising import SupervisionDesk
from config.derive import (
    agents,
    announcing,
    labels_of,
    menus,
    plan_rules,
    recording_announcements,
    redis_url,
    seat_codes,
    seat_definitions,
    trunk_trusts,
    waiting_rules,
)
from config.opening_rules import calendar_of, rosters_of
from config.settings import Settings
from config.telephony import PbxSettings
from engine.asterisks import Asterisk, Asterisks, Neighbours, Silence
from engine.callback_keeper import CallbackKeeper
from engine.callback_place import callback_desk, callback_place
from engine.callbacks import CallbackDesk
from engine.decision import Decider
from engine.desk import Desk, Service
from engine.directory import CurrentDirectory
from engine.links import Links, links_of
from engine.mailbox import PostOffice
from engine.outside import Outside, outside_of
from engine.reaching import REACH_SCRIPT, Reaching
from engine.reconcile import OneOf, Reconciler
from engine.recorder_process import RecorderProcess
from engine.recording import folder_of, keeper_of
from engine.recording_keeper import RecordingKeeper
from engine.ringing import Ringing
from engine.road import Road
from engine.seat_codes import SEAT_SCRIPT, SeatCodeRoad
from engine.shifts import ShiftRules, ShiftWatch
from engine.stores import Stores, open_stores
from engine.strays import Strays
from engine.supervisors import PhonesOfSupervisors, SupervisorsAnywhere
from engine.watcher import Elsewhere, PhonesAt, SeatPhones, Watcher
from engine.whereabouts import Whereabouts
from ivr.seat_codes import SeatCodes
from pbx.agi.server import AgiLimits, AgiServer
from pbx.agi.session import AgiSession
from pbx.ami.actions import AmiActions
from pbx.ami.link import AmiLink
from pbx.ami.settings import AmiLogin
from pbx.belonging import Belonging
from pbx.dialplan.site import PEER, endpoint_of_peer
from pbx.legs import PbxLegs
from pbx.line import AgiLine
from pbx.supervisors import PbxSupervisors
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
from store.redis.telling import ToldFacts

_WAIT_ERROR_S: Final = (-300.0, -120.0, -60.0, -30.0, -10.0, 0.0, 10.0, 30.0, 60.0, 120.0, 300.0)


@dataclass(slots=True)
class Seen:
    """The hotline's calls and seats as this engine last looked; for figures, not for decisions."""

    calls: Sequence[LiveCall] = ()
    seats: Sequence[Seat] = ()


@dataclass(slots=True, kw_only=True)
class Current:
    """The configuration in force, and what is made of it. A reload replaces it; calls in hand keep what they began with."""

    settings: Settings
    decider: Decider
    outside: Outside


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
    directory: CurrentDirectory
    conferences: ConferenceDesk
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
    post.stray = Strays(live, post).found
    phones = _phones(settings, live, lambda at: asterisks[at].link.state.up)
    asterisks = _asterisks(settings, live, post, phones, clock)
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
    codes = SeatCodeRoad(SeatCodes(seats), phones)
    seats_go_by(settings, seats, codes)
    return Engine(
        current=current,
        roads=roads,
        engine_id=engine_id,
        clock=clock,
        redis=redis,
        live=live,
        asterisks=asterisks,
        agi=_agi(settings, number, asterisks, roads, codes),
        taking_calls=asyncio.Event(),
        post=post,
        phones=phones,
        seats=seats,
        codes=codes,
        directory=directory,
        conferences=ConferenceDesk(waiting=live, legs=asterisks, clock=clock),
        callbacks=callbacks,
        callback_keeper=CallbackKeeper(desk=callbacks, list_=stores.callbacks, room=live, clock=clock),
        shifts=ShiftWatch(shift_rules_of(settings), clock),
        supervisors=_supervision(settings, live, asterisks, clock),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the roads of an engine share, whatever the configuration."""

    engine_id: str
    clock: Clock
    live: RedisLiveState
    asterisks: Asterisks
    post: PostOffice
    wait_errors: Histogram
    callbacks: CallbackDesk
    recording: RecordingDesk


def current_of(settings: Settings, directory: CurrentDirectory) -> Current:
    """These settings, in force."""
    return Current(settings=settings, decider=decider_of(settings, directory), outside=outside_of(settings))


def roads_of(current: Current, shared: Shared) -> dict[str, Road]:
    """The road of each Asterisk's calls, by these settings."""
    settings, outside = current.settings, current.outside

    def road(asterisk: Asterisk) -> Road:
        desk = Desk(
            engine_id=shared.engine_id,
            pbx=asterisk.name,
            clock=shared.clock,
            decider=current.decider,
            waiting=shared.live,
            legs=shared.asterisks,
            post=shared.post,
            ringing=_ringing(settings, shared.live, asterisk, shared.clock),
            service=_service(settings, asterisk.pbx),
            wait_missed_by=shared.wait_errors.observe,
            callbacks=shared.callbacks,
            recording=shared.recording,
            outside=lambda number: outside.device(outside.digits(number)),
        )
        return Road(desk)

    return {name: road(asterisk) for name, asterisk in shared.asterisks.items()}


def shared_of(engine: Engine) -> Shared:
    """What the engine's roads share."""
    return Shared(
        engine_id=engine.engine_id, clock=engine.clock, live=engine.live, asterisks=engine.asterisks, post=engine.post,
        wait_errors=engine.wait_errors, callbacks=engine.callbacks, recording=engine.recordings,
    )  # fmt: skip


def _phones(settings: Settings, live: RedisLiveState, reported: Callable[[str], bool]) -> SeatPhones:
    elsewhere = Elsewhere(where=Whereabouts(settings.asterisk), across=endpoint_of_peer)
    phones = SeatPhones(live, ready_when_registered=settings.lab.auto_login, reported=reported, elsewhere=elsewhere)
    phones.define(seat_definitions(settings))
    return phones


def _asterisks(settings: Settings, live: RedisLiveState, post: PostOffice, phones: SeatPhones, clock: Clock) -> Asterisks:
    belonging = Belonging({name: pbx.systemname for name, pbx in settings.asterisk.items()})
    silences = {name: Silence(name, phones) for name in settings.asterisk}
    around = _Around(live, post, phones, clock, silences)
    return Asterisks({name: _asterisk(settings, name, belonging, around) for name in settings.asterisk}, belonging)


@dataclass(frozen=True, slots=True)
class _Around:
    """What all Asterisks of the hotline have to do with."""

    live: RedisLiveState
    post: PostOffice
    phones: SeatPhones
    clock: Clock
    silences: Mapping[str, Silence]


def _asterisk(settings: Settings, name: str, belonging: Belonging, around: _Around) -> Asterisk:
    """One Asterisk's part; of several, it looks after its own calls, and its seats are unreachable while it is silent."""
    pbx, post, outside = settings.asterisk[name], around.post, outside_of(settings)
    here, silence, alone = PhonesAt(around.phones, name), around.silences[name], len(settings.asterisk) == 1

    async def came_up() -> None:
        silence.ended()
        await reconciler.once()

    watcher = Watcher(post, here)
    link = AmiLink(
        login_of(pbx), clock=around.clock, events=watcher.saw, on_up=came_up, on_down=None if alone else silence.fell
    )
    neighbours = Neighbours(name, link, around.phones, around.silences)
    one_of = OneOf(mine=lambda call_id: belonging.or_first(call_id) == name, across=f"PJSIP/{PEER}", look=neighbours.look)
    reconciler = Reconciler(
        link=link,
        waiting=around.live,
        phones=here,
        post=post,
        recorded=settings.recording.enabled,
        one_of=None if alone else one_of,
    )
    legs = PbxLegs(
        AmiActions(link),
        outside=outside.device,
        caller_id=outside.caller_id,
        unanswered=post.unanswered,
        recordings=folder_of(settings, pbx),
    )
    return Asterisk(
        name=name,
        pbx=pbx,
        link=link,
        legs=legs,
        phones=here,
        watcher=watcher,
        reconciler=reconciler,
        silence=None if alone else silence,
    )


def _supervision(settings: Settings, live: RedisLiveState, asterisks: Asterisks, clock: Clock) -> SupervisionDesk:
    """The desk, told of what each Asterisk says of supervisors' legs."""

    def gone(leg: str) -> None:
        desk.gone(leg)

    def compared(asterisk: Asterisk) -> Callable[[Mapping[str, str]], Awaitable[None]]:
        return lambda there: desk.compare(there, mine=lambda call_id: asterisks.of(call_id) is asterisk)

    legs = {name: PbxSupervisors(AmiActions(asterisk.link), unanswered=gone) for name, asterisk in asterisks.items()}
    desk = SupervisionDesk(
        waiting=live,
        book=RedisSupervision(live.steps),
        phones=PhonesOfSupervisors(settings, live, asterisks),
        supervisors=SupervisorsAnywhere(legs, asterisks),
        legs=asterisks,
        clock=clock,
    )
    for asterisk in asterisks.values():
        asterisk.watcher.supervisors = desk
        asterisk.reconciler.supervisors = compared(asterisk)
    return desk


def _ringing(settings: Settings, live: RedisLiveState, asterisk: Asterisk, clock: Clock) -> Ringing:
    seats = settings.seats
    return Ringing(
        waiting=live, phones=asterisk.phones, legs=asterisk.legs, clock=clock, ring_s=seats.ring_s, no_ring_s=seats.no_ring_s
    )


def wait_error_histogram() -> Histogram:
    """For /metrics: how good the expected waits were, at each answer of a call that had waited."""
    text = "Real wait less the wait expected as the call joined, at each answer (seconds; below 0: it was shorter)."
    return Histogram("zhida_wait_error_seconds", text, buckets=_WAIT_ERROR_S, registry=None)


def _service(settings: Settings, pbx: PbxSettings) -> Service:
    return Service(
        menus=menus(settings),
        recordings=folder_of(settings, pbx),
        recording_prompts=recording_announcements(settings),
        rating=settings.after_call.rating,
        rating_timeout_s=settings.after_call.timeout_s,
        hunt_s=settings.conference.total_s,
        announcing=announcing(settings),
    )


def shift_rules_of(settings: Settings) -> ShiftRules:
    """What the shifts are watched by."""
    return ShiftRules(
        rosters={roster.group: roster for roster in rosters_of(settings)},
        labels=labels_of(settings),
        calendar=calendar_of(settings),
        warn_before_s=settings.shifts.warn_before_s,
        grace_s=settings.shifts.grace_s,
    )


def decider_of(settings: Settings, directory: CurrentDirectory) -> Decider:
    """What routes, and what `explain` asks."""
    return Decider(
        directory=directory,
        trunks=trunk_trusts(settings),
        rules=plan_rules(settings),
        area_code=settings.hotline.area_code,
        timezone=ZoneInfo(settings.hotline.timezone),
    )


def agi_address(settings: Settings, number: int) -> tuple[str, int]:
    """Where engine `number` (from 1) of this configuration takes calls."""
    address = agi_addresses(settings)[number - 1]
    host, _, port = address.rpartition(":")
    return host, int(port)


def agi_addresses(settings: Settings) -> tuple[str, ...]:
    """Where all engines take calls, in the dialplan's order."""
    return tuple(str(address) for address in settings.engine.agi.engines or (settings.engine.agi.listen,))


def api_address(settings: Settings, number: int) -> tuple[str, int]:
    """Where engine `number` serves HTTP: the configured port for the first, the next ones after it for the others."""
    return settings.api.host, settings.api.port + number - 1


def _agi(settings: Settings, number: int, asterisks: Asterisks, roads: Mapping[str, Road], codes: SeatCodeRoad) -> AgiServer:
    async def take(session: AgiSession) -> None:
        asterisk = asterisks.of(session.request.uniqueid)
        road = roads[asterisk.name]  # as it is at this moment: a reload puts another one there
        line = AgiLine(session, sounds=asterisk.pbx.prompts_dir, language=road.desk.decider.rules.language)
        takers = {SEAT_SCRIPT: codes.take, REACH_SCRIPT: Reaching(road.desk).take}
        await takers.get(session.request.script, road.take)(line)

    host, port = agi_address(settings, number)
    return AgiServer(host, port, take, limits=AgiLimits(max_sessions=settings.engine.max_calls), allow=settings.engine.agi.peers)


def login_of(pbx: PbxSettings) -> AmiLogin:
    """How to log in to an Asterisk's AMI."""
    return AmiLogin(
        host=pbx.ami.host,
        port=pbx.ami.port,
        username=pbx.ami.user,
        secret=pbx.ami.secret.get_secret_value(),
        systemname=pbx.systemname,
    )
