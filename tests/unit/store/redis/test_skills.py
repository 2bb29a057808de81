"""Callers who want a skill, at a level."""

from tests.unit.store.redis.builders import Hotline, a_seat, levels


async def test_who_wants_a_level_gets_a_seat_that_has_it_or_more(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8011", "general", skills="税务:2"), a_seat("8012", "general", skills="税务:5"))
    await hotline.calls("c1", "general", skills="税务:3")
    assert await hotline.rung_for("c1") == "8012"
    assert await hotline.calls("c2", "general", skills="税务:3") is None
    await hotline.calls("c3", "general", skills="税务:2")
    assert await hotline.rung_for("c3") == "8011"


async def test_every_skill_that_is_wanted_must_be_there_at_its_level(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8011", "general", skills="税务:9"), a_seat("8012", "general", skills="税务:3 english:2"))
    await hotline.calls("c1", "general", skills="english:2 税务:3")
    assert await hotline.rung_for("c1") == "8012"
    assert await hotline.calls("c2", "general", skills="english:3 税务:3") is None


async def test_a_freed_seat_passes_over_the_first_in_line_whom_it_cannot_serve(hotline: Hotline) -> None:
    await hotline.calls("expert", "general", skills="税务:5")
    await hotline.calls("anybody", "general")
    await hotline.calls("simple", "general", skills="税务:1")
    await hotline.seats(a_seat("8011", "general", skills="税务:4"))
    assert [await hotline.rung_for(call_id) for call_id in ("expert", "anybody", "simple")] == ["", "8011", ""]


async def test_a_later_rung_wants_less_so_that_nobody_waits_for_ever(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8011", "general", skills="税务:2"), a_seat("8012", "general"))
    await hotline.calls("c1", "general", "general@10 税务:2", "general@30 -", skills="english:1 税务:5")
    assert await hotline.rung_for("c1") == ""
    await hotline.after(10)
    assert await hotline.rung_for("c1") == "8011"
    assert (await hotline.call("c1")).wants == {"税务": 2}
    assert (await hotline.call("c1")).skills == {"english": 1, "税务": 5}


async def test_at_the_last_rung_anybody_will_do(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8012", "general"))
    await hotline.calls("c1", "general", "general@30 -", skills="税务:5")
    await hotline.after(29)
    assert await hotline.rung_for("c1") == ""
    await hotline.after(1)
    assert await hotline.rung_for("c1") == "8012"


async def test_a_rung_that_limits_wishes_gives_none_to_who_has_none(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8012", "general"))
    await hotline.calls("c1", "general 税务:3")
    assert await hotline.rung_for("c1") == "8012"


async def test_a_seat_that_learned_more_takes_who_waited_for_that(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8011", "general", skills="税务:2"))
    await hotline.calls("c1", "general", skills="税务:3")
    await hotline.a.define([a_seat("8011", "general", skills="税务:3")])
    assert await hotline.rung_for("c1") == "8011"
    assert (await hotline.seat("8011")).skills == levels("税务:3")


async def test_a_seat_that_has_forgotten_a_skill_gets_no_such_call(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8011", "general", skills="税务:3"))
    await hotline.a.define([a_seat("8011", "general", skills="税务:2")])
    assert await hotline.calls("c1", "general", skills="税务:3") is None
    assert await hotline.calls("c2", "general", skills="税务:2") is not None
