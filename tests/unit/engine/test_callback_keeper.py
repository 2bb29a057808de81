"""What is begun by itself, by the list as it is this moment."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calls.errors import Conflict, PbxFault
from engine.callback_keeper import CallbackKeeper
from engine.callbacks import CallbackDesk, Place
from engine.decision import Decider
from pbx.ami.newcall import NewCall
from routing.callbacks import RESTING, CallbackRules, Cause
from routing.waiting import CallState, LiveCall
from seats.seat import Phone, Seat
from seats.state import SeatState
from tests.unit.engine.orders import MemoryOrders
from tests.unit.routing.callers import ENTERPRISE, RULES
from tickets.callbacks import CallbackTask, Missed, WantedTasks
from tickets.records import Page
from whitelist.identify import TrunkTrust
from whitelist.index import Directory

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KEY = "0515-88880001"


class Clock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Hotline:
    """The list, the room and the exchange, as the keeper and its desk see them."""

    def __init__(self, **rules: object) -> None:
        self.listed: list[CallbackTask] = []
        self.asked: WantedTasks | None = None
        self.live: list[LiveCall] = []
        self.free: list[Seat] = []
        self.ordered: list[NewCall] = []
        self.hung_up: list[str] = []
        self.away = False
        self.orders = MemoryOrders()
        decider = Decider(
            directory=lambda: Directory.of([ENTERPRISE]),
            trunks={"carrier": TrunkTrust("carrier", trusted=True)},
            rules=RULES,
            area_code="0515",
            timezone=ZoneInfo("Asia/Shanghai"),
        )
        given = {"auto": True, "after_s": 0.0, "zone": ZoneInfo("Asia/Shanghai"), **rules}
        self.desk = CallbackDesk(
            orders=self.orders,
            waiting=self,  # type: ignore[arg-type]
            exchange=self,
            legs=self,  # type: ignore[arg-type]
            clock=Clock(),
            place=Place(
                first=1,
                offers_key="",
                shown="12345",
                rules=CallbackRules(**given),  # type: ignore[arg-type]
                decider=decider,
                outside=lambda number: f"PJSIP/{number}@zhida-outside",
            ),
        )
        self.prefix = "zhida"
        self.keeper = CallbackKeeper(desk=self.desk, list_=self, room=self, clock=Clock())  # type: ignore[arg-type]

    async def tasks(self, wanted: WantedTasks, *, cursor: str | None = None, limit: int = 50) -> Page[CallbackTask]:
        self.asked = wanted
        return Page(items=tuple(self.listed), next=None)

    async def calls(self) -> list[LiveCall]:
        return self.live

    async def call(self, call_id: str) -> LiveCall | None:
        return next((call for call in self.live if call.call_id == call_id), None)

    async def seats(self) -> list[Seat]:
        return self.free

    async def order_call(self, call: NewCall) -> None:
        if self.away:
            raise PbxFault("ami_down", "Asterisk is not connected.")
        self.ordered.append(call)

    async def hang_up(self, leg: str) -> None:
        self.hung_up.append(leg)

    def seat(self, seat_id: str, *groups: str) -> None:
        self.free.append(
            Seat(
                seat_id=seat_id,
                state=SeatState.READY,
                since=NOW,
                why="",
                phone=Phone.IDLE,
                devices=(),
                groups=groups,
                skills=frozenset(),
                agent="",
            )
        )

    def waits(self, call_id: str, state: CallState = CallState.WAITING) -> None:
        self.live.append(
            LiveCall(
                call_id=call_id,
                state=state,
                engine="a",
                caller_class="key_enterprise",
                number=KEY,
                name="",
                channel="",
                rank_ms=1,
                arrived=NOW,
            )
        )

    @property
    def causes(self) -> list[Cause]:
        return [self.orders.orders[call.other_id].cause for call in self.ordered]


def a_task(number: str = KEY, *, asked: datetime | None = None) -> CallbackTask:
    left = NOW - timedelta(seconds=100)
    missed = Missed(call_id=f"c-{number}", arrived=left - timedelta(seconds=50), left=left, reason="abandoned", waited_s=50)
    return CallbackTask(
        task_id=missed.call_id,
        number=number,
        caller_class="key_enterprise",
        enterprise="",
        trusted=True,
        trunk="carrier",
        dialled="12345",
        missed=(missed,),
        asked=asked,
    )


def numbers(calls: Iterable[NewCall], orders: MemoryOrders) -> list[str]:
    return [orders.orders[call.other_id].number for call in calls]


async def test_one_who_left_is_called_by_a_local_channel_through_this_engine_first() -> None:
    hotline = Hotline()
    hotline.listed = [a_task()]
    hotline.seat("8001", "priority")
    await hotline.keeper.once()
    (call,) = hotline.ordered
    assert (call.dial, call.context, call.exten) == ("Local/12345@zhida-callback/n", "zhida-reach", "s")
    assert call.variables == {"ZHIDA_ORDER": call.other_id, "ZHIDA_FIRST": "1"}
    order = hotline.orders.orders[call.other_id]
    assert (order.cause, order.by, order.wait_s) == (Cause.LEFT, "engine", 0.0)


async def test_said_again_it_is_not_begun_again() -> None:
    hotline = Hotline()
    hotline.listed = [a_task()]
    hotline.seat("8001", "priority")
    await hotline.keeper.once()
    await hotline.keeper.once()
    assert len(hotline.ordered) == 1


async def test_one_at_rest_takes_no_seat_from_the_next() -> None:
    hotline = Hotline()
    hotline.listed = [a_task(), a_task("0515-88880002")]
    hotline.orders.leases[KEY] = RESTING
    hotline.seat("8001", "priority", "qilai")
    await hotline.keeper.once()
    assert numbers(hotline.ordered, hotline.orders) == ["0515-88880002"]


async def test_without_auto_only_those_who_chose_it_are_looked_for() -> None:
    hotline = Hotline(auto=False)
    hotline.listed = [a_task(asked=NOW)]
    await hotline.keeper.once()
    assert hotline.causes == [Cause.ASKED]
    assert hotline.asked is not None
    assert hotline.asked.chosen is True


async def test_without_asterisk_nothing_is_lost_and_it_is_tried_again_soon() -> None:
    hotline = Hotline()
    hotline.listed = [a_task()]
    hotline.seat("8001", "priority")
    hotline.away = True
    await hotline.keeper.once()
    assert (hotline.ordered, hotline.orders.leases[KEY]) == ([], RESTING)
    hotline.away = False
    hotline.orders.awake()
    await hotline.keeper.once()
    assert len(hotline.ordered) == 1


async def test_a_seat_that_clicks_takes_him_out_of_the_waiting_room() -> None:
    hotline = Hotline()
    await hotline.desk.begin(a_task(), Cause.ASKED)
    waiting = hotline.ordered[0].other_id
    hotline.waits(waiting)
    call_id = await hotline.desk.call(a_task(), "8003", "agent")
    assert hotline.hung_up == [waiting]
    order = hotline.orders.orders[call_id]
    assert (order.cause, order.seat_id, order.by) == (Cause.CLICKED, "8003", "agent")


async def test_a_seat_that_clicks_for_one_for_whom_a_seat_rings_already_is_refused() -> None:
    hotline = Hotline()
    await hotline.desk.begin(a_task(), Cause.ASKED)
    hotline.waits(hotline.ordered[0].other_id, CallState.OFFERED)
    with pytest.raises(Conflict):
        await hotline.desk.call(a_task(), "8003", "agent")
    assert len(hotline.ordered) == 1


async def test_who_is_taken_off_the_list_is_not_waited_for_any_more_but_a_talk_goes_on() -> None:
    hotline = Hotline()
    await hotline.desk.begin(a_task(), Cause.ASKED)
    call_id = hotline.ordered[0].other_id
    hotline.waits(call_id, CallState.TALKING)
    await hotline.desk.withdraw(KEY)
    assert hotline.hung_up == []
    hotline.live = [replace(hotline.live[0], state=CallState.WAITING)]
    await hotline.desk.withdraw(KEY)
    assert hotline.hung_up == [call_id]
