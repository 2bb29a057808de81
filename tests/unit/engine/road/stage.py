"""A hotline with one engine or two, told by who calls, what rings, and who hears what."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from zoneinfo import ZoneInfo

from conference.desk import ConferenceDesk
from conference.recording import RecordingDesk
from conference.targets import Found
from conference.transfer import TargetKind, TransferTarget
from engine.callbacks import CallbackDesk, Place
from engine.decision import Decider
from engine.desk import Desk, Service
from engine.mailbox import PostOffice
from engine.reconcile import Reconciler
from engine.ringing import Ringing
from engine.road import Road
from engine.strays import Strays
from engine.watcher import SeatPhones, Watcher
from ivr.announcing import Announcing
from ivr.menu import Menu
from pbx.line import AgiLine
from routing.callbacks import CallbackRules
from routing.ends import LadderEnd, usual_steps
from routing.plan import PlanRules
from routing.routes import Route
from routing.waiting import CallState, LiveCall, Rules
from seats.seat import Phone, SeatDefinition
from seats.state import SeatState
from tests.unit.conference.pauses import HeldPauses
from tests.unit.engine.road.exchange import Caller, Exchange
from tests.unit.engine.road.exchange import Phone as Telephone
from tests.unit.engine.road.manager import Legs, Link
from tests.unit.engine.road.session import Session
from tests.unit.engine.road.virtual import LoopClock
from tests.unit.engine.road.waiting_room import LiveRoom, Redis
from tests.unit.routing.callers import ENTERPRISE, RULES
from whitelist.identify import TrunkTrust
from whitelist.index import Directory

KEY, PUBLIC = "051588880001", "13900008001"
DUTY = "PJSIP/0515-86669999@zhida-outside"
SEATS = tuple(
    SeatDefinition(seat_id=seat, devices=(f"PJSIP/{seat}",), groups=(group,))
    for seat, group in (("8001", "priority"), ("8002", "priority"), ("8004", "qilai"), ("8011", "general"))
)
RING_S, MAX_WAIT_S, FALLBACK_AFTER_S = 15.0, 60.0, 15.0
MENU = Menu(name="main", prompt="menu-main", choices={"1": "qilai", "2": "general", "0": "person"})


USUAL = replace(RULES, end=LadderEnd(after_s=MAX_WAIT_S, steps=usual_steps(message="nobody-free", duty_phone="0515-86669999")))


class Targets:
    """conference.targets.Targets: every seat, group and number there is."""

    async def find(self, call: LiveCall, to: TransferTarget, *, announced: bool) -> list[Found]:
        outside = to.kind in (TargetKind.NUMBER, TargetKind.HOTLINE)
        device = _outside(to.value) if outside else f"PJSIP/{to.value}"
        return [Found(kind=to.kind, value=to.value, name=to.value, device=device, ring_s=10)]


def _outside(number: str) -> str:
    return f"PJSIP/{number}@zhida-outside"


class Engine:
    """One engine's parts, wired as engine.building does."""

    def __init__(
        self, number: int, redis: Redis, exchange: Exchange, rules: PlanRules, announcing: Announcing, *, recording_prompt: str
    ) -> None:
        self.live = LiveRoom(redis, f"e{number}")
        self.post = PostOffice()
        self.post.stray = Strays(self.live, self.post).found  # type: ignore[arg-type]
        self.phones = SeatPhones(self.live, ready_when_registered=True, reported=lambda _: True)  # type: ignore[arg-type]
        self.phones.define(SEATS)
        self.watcher = Watcher(self.post, self.phones)
        self.legs = Legs(exchange)
        self.conferences = ConferenceDesk(waiting=self.live, legs=self.legs, clock=LoopClock(), targets=Targets())  # type: ignore[arg-type]
        self.accepts = True
        self.calls: set[asyncio.Task[None]] = set()
        self.side: list[asyncio.Task[None]] = []
        self.failed: list[BaseException] = []
        self.wait_errors: list[float] = []
        self._exchange = exchange
        self._redis = redis
        decider = Decider(
            directory=lambda: Directory.of([ENTERPRISE]),
            trunks={"carrier": TrunkTrust("carrier", trusted=True), "transit": TrunkTrust("transit", trusted=False)},
            rules=rules,
            area_code="0515",
            timezone=ZoneInfo("Asia/Shanghai"),
        )
        self.callbacks = self._calls_back(decider)
        service = Service(
            menus={"main": MENU},
            recordings="/rec",
            announcing=announcing,
            recording_prompts=dict.fromkeys(("12345", "12346"), recording_prompt) if recording_prompt else {},
        )
        self.road = Road(self._desk(decider, service))

    def _calls_back(self, decider: Decider) -> CallbackDesk:
        place = Place(first=0, offers_key="", shown="12345", rules=CallbackRules(every_s=600), decider=decider, outside=_outside)
        return CallbackDesk(
            orders=self._redis.orders, waiting=self.live, exchange=self.legs, legs=self.legs, clock=LoopClock(), place=place
        )

    def _desk(self, decider: Decider, service: Service) -> Desk:
        ringing = Ringing(waiting=self.live, phones=self.phones, legs=self.legs, clock=LoopClock(), ring_s=RING_S, no_ring_s=4.0)  # type: ignore[arg-type]
        recording = RecordingDesk(
            waiting=self.live,
            switch=self.legs,  # type: ignore[arg-type]
            pauses=HeldPauses(),
            clock=LoopClock(),
            longest_s=180,
        )
        return Desk(
            engine_id=self.live.engine_id,
            pbx="pbx1",
            clock=LoopClock(),
            decider=decider,
            waiting=self.live,
            legs=self.legs,
            post=self.post,
            ringing=ringing,
            service=service,
            wait_missed_by=self.wait_errors.append,
            callbacks=self.callbacks,
            recording=recording,
            tapes=self._exchange.tapes,
            outside=_outside,
        )

    def starts(self) -> None:
        self._exchange.watchers.append(self.watcher.saw)
        self._redis.engines[self.live.engine_id] = self.post
        reconciler = Reconciler(link=Link(self._exchange), waiting=self.live, phones=self.phones, post=self.post)  # type: ignore[arg-type]
        self.side = [asyncio.create_task(self.live.beats()), asyncio.create_task(reconciler.run())]

    async def takes(self, session: Session) -> None:
        """Serve one AGI session, as pbx.agi.server does; returns when it is closed."""
        task = asyncio.create_task(self.road.take(AgiLine(session, sounds="/prompts", language="zh", voicemails="/rec")))  # type: ignore[arg-type]
        self.calls.add(task)
        (result,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(result, Exception):
            self.failed.append(result)
        self.calls.discard(task)
        session.closed = True

    def kill(self) -> None:
        """kill -9: nothing it would still say reaches anybody."""
        self.live.dead = True
        self.accepts = False
        self._exchange.watchers.remove(self.watcher.saw)
        self._redis.engines.pop(self.live.engine_id)
        for task in [*self.calls, *self.side]:
            task.cancel()


class Stage:
    """`await stage.opens()`, then people call."""

    def __init__(self, routes: tuple[Route, ...] = (), *, recording_prompt: str = "") -> None:
        self.recording_prompt = recording_prompt
        self.rules = replace(USUAL, routes=routes)
        self.redis = Redis(Rules(ring_s=RING_S, wrap_up_s=0, away_after_missed=True))
        self.exchange = Exchange()
        self.engines: list[Engine] = []
        self.announcing = Announcing()
        self._numbers = count(1)
        self._tasks: list[asyncio.Task[None]] = []

    async def opens(self) -> None:
        await self.engine_starts()
        await self.engines[0].live.define(SEATS)
        self._tasks.append(asyncio.create_task(self.redis.keeps_time()))

    async def closes(self) -> None:
        tasks = [*self._tasks, *(task for engine in self.engines for task in (*engine.side, *engine.calls))]
        for caller in self.exchange.callers.values():
            tasks += [caller.app] if caller.app is not None else []
        for task in tasks:
            task.cancel()
        self.exchange.closes()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def engine_starts(self) -> Engine:
        prompt = self.recording_prompt
        engine = Engine(len(self.engines) + 1, self.redis, self.exchange, self.rules, self.announcing, recording_prompt=prompt)
        self.engines.append(engine)
        engine.starts()
        await asyncio.sleep(0.01)
        return engine

    # ── people ──

    async def seat(self, seat: str, *, answers_after_s: float | None = None, declines_after_s: float | None = None) -> Telephone:
        """The seat's phone registers, and the seat is ready or rings at once."""
        phone = self.exchange.phone(f"PJSIP/{seat}")
        phone.answers_after_s, phone.declines_after_s = answers_after_s, declines_after_s
        self.exchange.registers(phone.device)
        await self.until(lambda: self.redis.model.seats[seat].state is not SeatState.LOGGED_OUT)
        return phone

    async def loses_its_offer(self, seat: str) -> None:
        """Somebody else's step ended what was offered to the seat; its phone rings on until that is heard here."""
        await self.engines[-1].live.phone(seat, Phone.UNREACHABLE)

    def calls(self, number: str = KEY, *, dials: str = "12345", trunk: str = "carrier", keys: dict[str, str] | None = None) -> Caller:
        """Somebody calls; the dialplan asks the engines in turn."""
        number_of = next(self._numbers)
        caller = Caller(number=number, uniqueid=f"zhida-1.{number_of}", dialled=dials, trunk=trunk, keys=keys or {})
        caller.channel = f"PJSIP/{trunk}-{number_of}"
        self.exchange.callers[caller.uniqueid] = caller
        self._tasks.append(asyncio.create_task(self._dialplan(caller)))
        return caller

    def offers_call_backs(self, key: str) -> None:
        """From now on a waiting caller may press this key (queue.callback_key)."""
        for engine in self.engines:
            engine.callbacks.place = replace(engine.callbacks.place, offers_key=key)

    def calls_back(self, call_id: str) -> Caller:
        """Asterisk has made the engine's own call; this is the half that rings the seat."""
        half = Caller(number="", uniqueid=call_id, trunk="callback", channel="Local/12345@zhida-callback-1;2", back=True)
        self.exchange.callers[call_id] = half
        self._tasks.append(asyncio.create_task(self._dialplan(half)))
        return half

    async def _dialplan(self, caller: Caller) -> None:
        """extensions_zhida.conf, [zhida-call] and [zhida-callback]."""
        asked, gave_up = 0, 0.0
        while gave_up < FALLBACK_AFTER_S:
            engine = self.engines[asked % len(self.engines)]
            if engine.accepts:
                caller.session = Session(caller, self.exchange, again=asked)
                await engine.takes(caller.session)
            if caller.app is not None and not caller.app.done():
                await asyncio.wait({caller.app})
            if caller.gone.is_set():
                return
            if caller.variables.get("ZHIDA_DONE") == "1":
                caller.where = "ended"
                caller.gone.set()
                return
            asked += 1
            if asked % len(self.engines) == 0:
                caller.up, caller.where = not caller.back, "silence" if caller.back else "music"
                await asyncio.sleep(0.5)
                gave_up += 0.5
        caller.where = "fallback"

    # ── what is seen ──

    async def until(self, seen: Callable[[], bool], *, within_s: float = 5.0) -> None:
        """Wait until it is so. Raises: TimeoutError: it is not, in time (virtual)."""
        async with asyncio.timeout(within_s):
            while not seen():  # noqa: ASYNC110  the loop's time jumps
                await asyncio.sleep(0.001)

    async def passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def talks(self, caller: Caller, seat: str) -> None:
        """Caller and seat talk, and live state knows."""
        await self.until(lambda: caller.where == seat)
        await self.until(lambda: self.state(caller) is CallState.TALKING)

    async def over(self, caller: Caller, *, within_s: float = 30.0) -> None:
        """The call is over everywhere."""
        await self.until(caller.gone.is_set, within_s=within_s)
        await self.until(lambda: caller.uniqueid not in self.redis.model.calls)

    def state(self, caller: Caller) -> CallState | None:
        call = self.redis.model.calls.get(caller.uniqueid)
        return call.state if call is not None else None

    def seat_state(self, seat: str) -> SeatState:
        return self.redis.model.seats[seat].state

    def kinds(self, caller: Caller) -> list[str]:
        return self.redis.kinds(caller.uniqueid)

    def end_reason(self, caller: Caller) -> str:
        return str(self.redis.fact(caller.uniqueid, "ended")["reason"])

    def live(self, caller: Caller) -> LiveCall:
        return self.engines[-1].live._live(self.redis.model.calls[caller.uniqueid])
