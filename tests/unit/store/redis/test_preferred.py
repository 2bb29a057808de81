"""The seat that served a caller last."""

from dataclasses import replace

import pytest

from routing.waiting import Rules
from seats.seat import Phone
from seats.state import SeatEvent
from tests.unit.store.redis.builders import Hotline, a_seat

KNOWN = Rules(wrap_up_s=3, away_after_missed=False, skip_empty_groups=False, preferred_s=600)
MINE, OTHER = "051588880001", "051588880002"


@pytest.fixture
def rules(request: pytest.FixtureRequest) -> Rules:
    return replace(KNOWN, preferred_wait_s=getattr(request, "param", 0))


waits_10_s = pytest.mark.parametrize("rules", [10], indirect=True)


async def served_by(hotline: Hotline, seat_id: str, number: str = MINE, *groups: str) -> None:
    """Somebody was served by this seat just now, which is free again, but ready less long than the others."""
    offer = await hotline.talks("before", *groups, number=number)
    assert offer.seat_id == seat_id
    await hotline.a.end("before", "completed")
    await hotline.after(3)


async def test_who_calls_again_gets_the_seat_that_served_him_though_another_is_ready_longer(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await served_by(hotline, "8001")
    await hotline.calls("again", number=MINE)
    assert await hotline.rung_for("again") == "8001"


async def test_somebody_else_gets_the_one_ready_longest(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await served_by(hotline, "8001")
    await hotline.calls("other", number=OTHER)
    assert await hotline.rung_for("other") == "8002"


async def test_an_enterprise_is_known_by_any_of_its_numbers(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    first, second = (replace(hotline.a_call(call_id, number=number), entry_id="e1") for call_id, number in (("c1", MINE), ("c2", OTHER)))
    offer = await hotline.a.join(first, [])
    assert offer is not None
    await hotline.a.answered(offer, seat_leg="leg", seat_channel="channel")
    await hotline.a.end("c1", "completed")
    await hotline.after(3)
    again = await hotline.a.join(second, [])
    assert again is not None
    assert again.seat_id == "8001"


async def test_it_is_remembered_from_the_talk_s_end_for_so_long(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.talks("before", number=MINE)
    await hotline.after(700)
    await hotline.a.end("before", "completed")
    await hotline.after(599)
    assert (await hotline.a.join(hotline.a_call("again", number=MINE), [])) is not None
    assert await hotline.rung_for("again") == "8001"
    await hotline.a.end("again", "abandoned")
    await hotline.after(2)
    await hotline.calls("too late", number=MINE)
    assert (await hotline.call("too late")).preferred == ""


async def test_a_caller_without_a_number_prefers_none(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await served_by(hotline, "8001", "")
    await hotline.calls("again", number="")
    assert await hotline.rung_for("again") == "8002"


async def test_it_is_taken_first_also_where_another_group_comes_before_its_own(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai"))
    await served_by(hotline, "8004", MINE, "qilai")
    await hotline.seats(a_seat("8004", "qilai"), a_seat("8001", "priority"))
    await hotline.calls("again", "priority", "qilai", number=MINE)
    assert await hotline.rung_for("again") == "8004"


async def test_but_not_before_its_group_opens(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai"))
    await served_by(hotline, "8004", MINE, "qilai")
    await hotline.seats(a_seat("8004", "qilai"), a_seat("8001", "priority"))
    await hotline.calls("again", "priority", "qilai@8", number=MINE)
    assert await hotline.rung_for("again") == "8001"


async def test_declined_by_it_the_call_goes_to_another(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await served_by(hotline, "8001")
    another = await hotline.declines(await hotline.calls("again", number=MINE))
    assert another is not None
    assert another.seat_id == "8002"


async def test_declined_by_it_the_call_does_not_return_to_it_while_another_is_on_duty(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"), a_seat("8004", "qilai"))
    await served_by(hotline, "8001")
    await hotline.talks("busy", number=OTHER)
    await hotline.talks("busy too", "qilai", number=OTHER)
    await hotline.declines(await hotline.calls("again", "priority", "qilai@8", number=MINE))
    await hotline.after(10)
    assert (await hotline.rung_for("again"), (await hotline.call("again")).opened) == ("", 2)


async def test_it_must_have_the_skills_that_are_wanted_now(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002", skills="税务:3"))
    await served_by(hotline, "8001")
    await hotline.calls("again", number=MINE, skills="税务:1")
    assert await hotline.rung_for("again") == "8002"


async def test_a_seat_that_is_kept_back_is_not_taken_for_being_preferred(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await served_by(hotline, "8001")
    await hotline.calls("other", number=OTHER)
    hotline.a.rules = hotline.b.rules = replace(hotline.a.rules, kept_back=(("priority", 1),))
    assert await hotline.calls("again", number=MINE) is None
    assert await hotline.rung_for("other") == "8002"


async def test_who_comes_back_from_a_seat_was_sent_on_by_it(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.talks("c1", number=MINE)
    await hotline.calls("c1", number=MINE)
    assert (await hotline.rung_for("c1"), (await hotline.call("c1")).preferred) == ("8002", "")


async def test_while_it_is_busy_another_is_taken_at_once(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.talks("before", number=MINE)
    await hotline.calls("again", number=MINE)
    assert await hotline.rung_for("again") == "8002"


class TestAwaiting:
    """With preferred_wait_s the call waits for that seat alone, for a while."""

    @waits_10_s
    async def test_it_waits_for_the_seat_though_another_is_ready(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        assert await hotline.calls("again", number=MINE) is None
        assert (await hotline.call("again")).awaits == "8001"
        await hotline.a.end("before", "completed")
        await hotline.after(3)
        assert await hotline.rung_for("again") == "8001"

    @waits_10_s
    async def test_but_no_longer_than_so(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        await hotline.calls("again", number=MINE)
        await hotline.after(9.8)
        assert await hotline.rung_for("again") == ""
        await hotline.after(0.2)
        assert await hotline.rung_for("again") == "8002"

    @waits_10_s
    async def test_the_other_seats_serve_those_behind_it_meanwhile(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        await hotline.calls("again", number=MINE)
        await hotline.calls("other", number=OTHER)
        assert await hotline.rung_for("other") == "8002"

    @waits_10_s
    async def test_the_freed_seat_goes_to_the_best_ranked_whoever_awaits_it(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"))
        await hotline.talks("before", number=MINE)
        await hotline.calls("again", number=MINE)
        await hotline.calls("key", number=OTHER, caller="key_enterprise", bonus_s=300)
        await hotline.a.end("before", "completed")
        await hotline.after(3)
        assert (await hotline.rung_for("key"), (await hotline.call("again")).awaits) == ("8001", "8001")

    @waits_10_s
    async def test_only_one_call_awaits_a_seat_the_next_one_takes_another(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        await hotline.calls("again", number=MINE)
        await hotline.calls("and again", number=MINE)
        assert await hotline.rung_for("and again") == "8002"

    @waits_10_s
    @pytest.mark.parametrize("why", ["pauses", "asks to pause", "phone is lost", "is configured no longer"])
    async def test_a_seat_that_is_more_than_busy_is_awaited_no_more(self, hotline: Hotline, why: str) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        if why in {"pauses", "phone is lost"}:
            await hotline.a.end("before", "completed")
        await hotline.calls("again", number=MINE)
        assert (await hotline.call("again")).awaits == "8001"
        if why == "is configured no longer":
            await hotline.a.define([a_seat("8002")])
        elif why == "phone is lost":
            await hotline.a.phone("8001", Phone.UNREACHABLE)
        else:
            await hotline.a.ask("8001", SeatEvent.PAUSE, why="lunch", by="8001")
        assert await hotline.rung_for("again") == "8002"

    @waits_10_s
    async def test_a_seat_that_asked_to_pause_after_its_call_is_not_awaited(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        await hotline.a.ask("8001", SeatEvent.PAUSE, why="lunch", by="8001")
        await hotline.calls("again", number=MINE)
        assert await hotline.rung_for("again") == "8002"

    @waits_10_s
    async def test_a_seat_that_goes_after_its_call_is_not_awaited(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        await hotline.a.define([a_seat("8002")])
        await hotline.calls("again", number=MINE)
        assert await hotline.rung_for("again") == "8002"

    @waits_10_s
    async def test_where_it_becomes_free_but_is_kept_for_others_the_call_looks_elsewhere(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
        await hotline.talks("before", number=MINE)
        hotline.a.rules = hotline.b.rules = replace(hotline.a.rules, kept_back=(("priority", 1),))
        await hotline.calls("again", "priority", "qilai", number=MINE)
        assert (await hotline.call("again")).awaits == "8001"
        await hotline.a.end("before", "completed")
        await hotline.a.wrapped_up("8001")
        assert await hotline.rung_for("again") == "8004"

    @waits_10_s
    async def test_when_several_seats_are_awaited_no_more_the_best_ranked_call_looks_first(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"), a_seat("8003"))
        await hotline.talks("one", number=MINE)
        await hotline.talks("two", number=OTHER)
        await hotline.calls("one again", number=MINE)
        await hotline.calls("two again", number=OTHER, caller="key_enterprise", bonus_s=300)
        await hotline.a.define([a_seat("8003")])
        assert [await hotline.rung_for(call_id) for call_id in ("one again", "two again")] == ["", "8003"]

    @waits_10_s
    async def test_a_caller_who_leaves_awaits_nothing(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        await hotline.calls("again", number=MINE)
        await hotline.a.end("again", "abandoned")
        await hotline.calls("once more", number=MINE)
        assert (await hotline.call("once more")).awaits == "8001"

    @waits_10_s
    async def test_when_its_engine_dies_it_comes_back_to_an_ordinary_place(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.talks("before", number=MINE)
        await hotline.calls("again", number=MINE)
        await hotline.a.sign_off()
        offer = await hotline.b.join(replace(hotline.a_call("again", number=MINE), engine="b"), [])
        assert offer is not None
        assert offer.seat_id == "8002"

    @waits_10_s
    async def test_others_behind_it_count_it_as_before_them(self, hotline: Hotline) -> None:
        await hotline.seats(a_seat("8001"))
        await hotline.talks("before", number=MINE)
        await hotline.calls("again", number=MINE)
        await hotline.calls("other", number=OTHER)
        assert (await hotline.a.place("again"), await hotline.a.place("other")) == (0, 1)
