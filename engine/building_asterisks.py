"""The Asterisk side of an engine put together: the links, what is watched and mended over each, and the door for its calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from calls.clock import Clock
from conference.phone_hold import PhoneHolds
from conference.supervising import SupervisionDesk
from config.derive import seat_definitions
from config.settings import Settings
from engine.addresses import agi_address, login_of
from engine.asterisks import Asterisk, Asterisks, Neighbours, Silence
from engine.mailbox import PostOffice
from engine.outside import outside_of
from engine.reaching import REACH_SCRIPT, Reaching
from engine.reconcile import OneOf, Reconciler
from engine.recording import folder_of
from engine.road import Road
from engine.supervisors import PhonesOfSupervisors, SupervisorsAnywhere
from engine.watcher import Elsewhere, PhonesAt, SeatPhones, Watcher
from engine.whereabouts import Whereabouts
from pbx.agi.server import AgiLimits, AgiServer
from pbx.agi.session import AgiSession
from pbx.ami.actions import AmiActions
from pbx.ami.link import AmiLink
from pbx.belonging import Belonging
from pbx.dialplan.site import PEER, endpoint_of_peer
from pbx.legs import PbxLegs
from pbx.line import AgiLine
from pbx.speech import Speech
from pbx.supervisors import PbxSupervisors
from store.redis.live import RedisLiveState
from store.redis.supervising import RedisSupervision

Taker = Callable[[AgiLine], Awaitable[None]]
"""What does something with a leg that is brought here."""


def phones_of(settings: Settings, live: RedisLiveState, reported: Callable[[str], bool]) -> SeatPhones:
    """The seats' phones, wherever they are registered. `reported`: see `SeatPhones`."""
    elsewhere = Elsewhere(where=Whereabouts(settings.asterisk), across=endpoint_of_peer)
    phones = SeatPhones(live, ready_when_registered=settings.lab.auto_login, reported=reported, elsewhere=elsewhere)
    phones.define(seat_definitions(settings))
    return phones


def asterisks_of(settings: Settings, live: RedisLiveState, post: PostOffice, phones: SeatPhones, clock: Clock) -> Asterisks:
    """All of them; none is connected yet."""
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
        try:
            await reconciler.once()
        finally:
            reconciler.compared.set()

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
    watcher.strayed = reconciler.strayed
    legs = PbxLegs(
        AmiActions(link),
        outside=outside.device,
        caller_id=outside.caller_id,
        unanswered=post.unanswered,
        recordings=folder_of(settings, pbx),
        speech=Speech(here=pbx.prompts_here, there=pbx.prompts_dir, language=settings.hotline.language),
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


def supervision_of(settings: Callable[[], Settings], live: RedisLiveState, asterisks: Asterisks, clock: Clock) -> SupervisionDesk:
    """The desk, told of what each Asterisk says of supervisors' legs; and who is told of seats that hold by their phones."""

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
    holds = PhoneHolds(waiting=live, clock=clock)
    for asterisk in asterisks.values():
        asterisk.watcher.holds = holds
        asterisk.watcher.supervisors = desk
        asterisk.reconciler.supervisors = compared(asterisk)
    return desk


def agi_of(settings: Settings, number: int, asterisks: Asterisks, roads: Mapping[str, Road], phones: Mapping[str, Taker]) -> AgiServer:
    """The door through which every Asterisk brings its calls to engine `number`, as `roads` are when a call comes.

    Args: phones: script -> what takes what is dialled or keyed in at phones.
    """

    async def take(session: AgiSession) -> None:
        asterisk = asterisks.of(session.request.uniqueid)
        road = roads[asterisk.name]  # as it is at this moment: a reload puts another one there
        pbx = asterisk.pbx
        line = AgiLine(session, sounds=pbx.prompts_dir, language=road.desk.decider.rules.language, voicemails=pbx.recordings_dir)
        takers = {REACH_SCRIPT: Reaching(road.desk).take, **phones}
        await takers.get(session.request.script, road.take)(line)

    host, port = agi_address(settings, number)
    return AgiServer(host, port, take, limits=AgiLimits(max_sessions=settings.engine.max_calls), allow=settings.engine.agi.peers)
