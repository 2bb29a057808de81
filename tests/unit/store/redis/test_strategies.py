"""Which of a group's ready seats is rung first."""

import pytest

from routing.waiting import Rules, Strategy
from tests.unit.store.redis.builders import Hotline, a_seat

FEWEST = Rules(wrap_up_s=0, away_after_missed=False, strategies=(("priority", Strategy.FEWEST_CALLS),))
IN_ORDER = Rules(wrap_up_s=0, away_after_missed=False, strategies=(("priority", Strategy.IN_ORDER),))


async def serves(hotline: Hotline, call_id: str) -> str:
    """The seat that takes the call; it is free again a second later."""
    offer = await hotline.talks(call_id)
    hotline.clock.pass_s(1)
    await hotline.a.end(call_id, "completed")
    return offer.seat_id


class TestFewestCalls:
    """Whoever answered least today."""

    @pytest.fixture
    def rules(self) -> Rules:
        return FEWEST

    async def test_the_seat_with_the_fewest_calls_is_rung_and_of_equals_the_one_ready_longest(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8002"), a_seat("8001"), a_seat("8003"))
        assert [await serves(hotline, f"c{number}") for number in range(4)] == ["8002", "8001", "8003", "8002"]

    async def test_who_comes_later_catches_up(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"))
        assert [await serves(hotline, f"c{number}") for number in range(2)] == ["8001", "8001"]
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        assert [await serves(hotline, f"d{number}") for number in range(3)] == ["8002", "8002", "8001"]

    async def test_what_was_declined_or_missed_does_not_count(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        assert await serves(hotline, "c1") == "8001"
        await hotline.declines(await hotline.calls("c2"))
        assert await hotline.rung_for("c2") == "8001", "8002 refused it"
        await hotline.a.end("c2", "abandoned")
        assert await serves(hotline, "c3") == "8002"

    async def test_at_midnight_everybody_begins_anew(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        assert [await serves(hotline, f"c{number}") for number in range(3)] == ["8001", "8002", "8001"]
        await hotline.after(6 * 3600)
        await hotline.calls("tries")
        assert await hotline.rung_for("tries") == "8002", "it is 23 o'clock in Shanghai"
        await hotline.a.end("tries", "abandoned")
        await hotline.after(2 * 3600)
        assert await serves(hotline, "d1") == "8001", "ready longest: yesterday's three calls are forgotten"

    async def test_a_seat_s_other_group_goes_by_its_own_strategy(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001", "priority", "general"), a_seat("8002", "priority", "general"))
        assert [await serves(hotline, f"c{number}") for number in range(2)] == ["8001", "8002"]
        assert await serves(hotline, "c3") == "8001"
        offer = await hotline.calls("c4", "general")
        assert offer is not None
        assert offer.seat_id == "8002", "ready longest"


class TestInOrder:
    """As the configuration lists them."""

    @pytest.fixture
    def rules(self) -> Rules:
        return IN_ORDER

    async def test_the_first_of_the_list_that_is_ready_is_rung(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001", places="priority:2"), a_seat("8002", places="priority:0"), a_seat("8003", places="priority:1"))
        for number in range(3):
            await hotline.calls(f"c{number}")
        assert [await hotline.rung_for(f"c{number}") for number in range(3)] == ["8002", "8003", "8001"]

    async def test_a_new_order_counts_from_now_on(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001", places="priority:0"), a_seat("8002", places="priority:1"))
        await hotline.a.define([a_seat("8001", places="priority:1"), a_seat("8002", places="priority:0")])
        assert await serves(hotline, "c1") == "8002"


async def test_a_new_strategy_counts_from_the_next_tick_on(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8002", places="priority:1"), a_seat("8001", places="priority:0"))
    hotline.a.rules = hotline.b.rules = IN_ORDER
    await hotline.a.tick()
    assert await serves(hotline, "c1") == "8001"
