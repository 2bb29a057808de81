"""An engine put together: the only place that builds its parts."""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from calls.clock import Clock, SystemClock
from conference.desk import ConferenceDesk
from config.derive import labels_of, menus, plan_rules, redis_url, seat_definitions, trunk_trusts, waiting_rules
from config.opening_rules import calendar_of, rosters_of
from config.settings import Settings
from config.telephony import PbxSettings
from engine.decision import Decider
from engine.desk import Desk, Service
from engine.directory import CurrentDirectory
from engine.mailbox import PostOffice
from engine.outside import Outside, outside_of
from engine.reconcile import Reconciler
from engine.recorder_process import RecorderProcess
from engine.ringing import Ringing
from engine.road import Road
from engine.shifts import ShiftRules, ShiftWatch
from engine.stores import Stores, open_stores
from engine.strays import Strays
from engine.watcher import SeatPhones, Watcher
from pbx.agi.server import AgiLimits, AgiServer
from pbx.agi.session import AgiSession
from pbx.ami.actions import AmiActions
from pbx.ami.link import AmiLink
from pbx.ami.settings import AmiLogin
from pbx.legs import PbxLegs
from pbx.line import AgiLine
from routing.waiting import LiveCall
from seats.seat import Seat
from store.redis.announcing import Announcements
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from store.redis.telling import ToldFacts

_NO_RECORDING: Final = ""


@dataclass(slots=True)
class Seen:
    """The hotline's calls and seats as this engine last looked; for figures, not for decisions."""

    calls: Sequence[LiveCall] = ()
    seats: Sequence[Seat] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine's parts; engine.running starts and stops them."""

    settings: Settings
    engine_id: str
    clock: Clock
    redis: Redis
    live: RedisLiveState
    link: AmiLink
    agi: AgiServer
    taking_calls: asyncio.Event
    post: PostOffice
    phones: SeatPhones
    directory: CurrentDirectory
    decider: Decider
    outside: Outside
    conferences: ConferenceDesk
    shifts: ShiftWatch
    reconciler: Reconciler
    stores: Stores
    news: Announcements
    stream: EventStream
    told: ToldFacts
    recorder: RecorderProcess
    seen: Seen
    recordings: Path | None


def build(settings: Settings, number: int, *, options: Sequence[str]) -> Engine:
    """Engine `number` (from 1) of this configuration; nothing is started yet.

    Args:
        options: how a command is to find the same configuration.
    """
    clock = SystemClock()
    pbx_name, pbx = next(iter(settings.asterisk.items()))
    engine_id = f"{settings.hotline.id}-{number}-{secrets.token_hex(4)}"
    redis = connect(redis_url(settings))
    live = RedisLiveState(redis, hotline=settings.hotline.id, engine_id=engine_id, rules=waiting_rules(settings), clock=clock)
    stores = open_stores(settings, clock)
    directory, outside = CurrentDirectory(), outside_of(settings)
    asterisk = _asterisk(settings, pbx, live, outside, clock)
    decider = decider_of(settings, directory)
    seats = settings.seats
    desk = Desk(
        engine_id=engine_id,
        pbx=pbx_name,
        clock=clock,
        decider=decider,
        waiting=live,
        legs=asterisk.legs,
        post=asterisk.post,
        ringing=Ringing(
            waiting=live, phones=asterisk.phones, legs=asterisk.legs, clock=clock, ring_s=seats.ring_s, no_ring_s=seats.no_ring_s
        ),
        service=_service(settings, pbx),
        outside=lambda number: outside.device(outside.digits(number)),
    )
    return Engine(
        settings=settings,
        engine_id=engine_id,
        clock=clock,
        redis=redis,
        live=live,
        link=asterisk.link,
        agi=_agi(settings, number, pbx, Road(desk)),
        taking_calls=asyncio.Event(),
        post=asterisk.post,
        phones=asterisk.phones,
        directory=directory,
        decider=decider,
        outside=outside,
        conferences=ConferenceDesk(waiting=live, legs=asterisk.legs, clock=clock),
        shifts=shift_watch_of(settings, clock),
        reconciler=asterisk.reconciler,
        stores=stores,
        news=Announcements(redis, hotline=settings.hotline.id),
        stream=EventStream(redis, hotline=settings.hotline.id, recorder=engine_id),
        told=ToldFacts(redis, hotline=settings.hotline.id),
        recorder=RecorderProcess((sys.executable, "-m", "engine", "record", *options), clock),
        seen=Seen(),
        recordings=pbx.recordings_here if settings.recording.enabled else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asterisk:
    """What hears one Asterisk, and acts on it."""

    post: PostOffice
    phones: SeatPhones
    link: AmiLink
    legs: PbxLegs
    reconciler: Reconciler


def _asterisk(settings: Settings, pbx: PbxSettings, live: RedisLiveState, outside: Outside, clock: Clock) -> _Asterisk:
    post = PostOffice()
    post.stray = Strays(live, post).found
    phones = SeatPhones(live, ready_when_registered=settings.lab.auto_login, reported=lambda: link.state.up)
    phones.define(seat_definitions(settings))
    watcher = Watcher(post, phones)
    link = AmiLink(login_of(pbx), clock=clock, events=watcher.saw, on_up=lambda: reconciler.once())  # noqa: PLW0108  the two need each other
    reconciler = Reconciler(link=link, waiting=live, phones=phones, post=post, recorded=settings.recording.enabled)
    legs = PbxLegs(AmiActions(link), outside=outside.device, caller_id=outside.caller_id, unanswered=post.unanswered)
    return _Asterisk(post=post, phones=phones, link=link, legs=legs, reconciler=reconciler)


def _service(settings: Settings, pbx: PbxSettings) -> Service:
    return Service(
        menus=menus(settings),
        recordings=pbx.recordings_dir if settings.recording.enabled else _NO_RECORDING,
        rating=settings.after_call.rating,
        rating_timeout_s=settings.after_call.timeout_s,
        hunt_s=settings.conference.total_s,
    )


def shift_watch_of(settings: Settings, clock: Clock) -> ShiftWatch:
    """What watches the shifts."""
    rules = ShiftRules(
        rosters={roster.group: roster for roster in rosters_of(settings)},
        labels=labels_of(settings),
        calendar=calendar_of(settings),
        warn_before_s=settings.shifts.warn_before_s,
        grace_s=settings.shifts.grace_s,
    )
    return ShiftWatch(rules, clock)


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
    """Where all engines take calls, in the order the dialplan tries them."""
    return tuple(str(address) for address in settings.engine.agi.engines or (settings.engine.agi.listen,))


def api_address(settings: Settings, number: int) -> tuple[str, int]:
    """Where engine `number` serves HTTP: the configured port for the first, the next ones after it for the others."""
    return settings.api.host, settings.api.port + number - 1


def _agi(settings: Settings, number: int, pbx: PbxSettings, road: Road) -> AgiServer:
    async def take(session: AgiSession) -> None:
        await road.take(AgiLine(session, sounds=pbx.prompts_dir, language=settings.hotline.language))

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
