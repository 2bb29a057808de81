"""Seats kept back for key enterprises, and callers who want a skill."""

from dataclasses import replace

import pytest

from routing.waiting import Rules
from seats.state import SeatEvent
from tests.unit.store.redis.builders import Hotline, a_seat

KEPT = Rules(away_after_missed=False, kept_back=(("qilai", 1),))


@pytest.fixture
def rules() -> Rules:
    return KEPT


async def test_the_last_ready_seat_is_kept_for_a_key_enterprise(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai"), a_seat("8005", "qilai"))
    assert await hotline.calls("public", "qilai") is not None
    assert await hotline.calls("another", "qilai") is None
    offer = await hotline.calls("key", "qilai", caller="key_enterprise")
    assert offer is not None
    assert offer.seat_id == "8005"


async def test_a_shared_seat_is_kept_also_from_those_who_come_through_its_other_group(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8010", "qilai", "general"))
    assert await hotline.calls("public", "general") is None
    await hotline.seats(a_seat("8010", "qilai", "general"), a_seat("8004", "qilai"))
    assert await hotline.rung_for("public") == "8010"


async def test_one_more_ready_seat_lets_the_kept_one_go_to_whom_only_it_can_serve(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai", skills="tax"))
    await hotline.calls("public", "qilai", skills="tax")
    assert await hotline.rung_for("public") == ""
    await hotline.seats(a_seat("8004", "qilai", skills="tax"), a_seat("8005", "qilai"))
    assert await hotline.rung_for("public") == "8004"


async def test_a_longer_line_of_others_does_not_hide_the_key_enterprise_behind_it(hotline: Hotline) -> None:
    for number in range(20):
        await hotline.calls(f"public{number}", "qilai")
    await hotline.calls("project", "qilai", caller="project")
    await hotline.seats(a_seat("8004", "qilai"))
    assert await hotline.rung_for("project") == "8004"


async def test_new_rules_are_matched_anew_at_the_next_tick(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai"), a_seat("8011", "general"))
    await hotline.calls("public", "qilai")
    hotline.a.rules = replace(KEPT, kept_back=())
    await hotline.a.tick()
    assert await hotline.rung_for("public") == "8004"
    hotline.b.rules = hotline.a.rules


async def test_a_caller_gets_only_a_seat_with_every_skill_he_wants(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8011", "general", skills="tax"), a_seat("8012", "general", skills="tax english"))
    offer = await hotline.calls("c1", "general", skills="english tax")
    assert offer is not None
    assert offer.seat_id == "8012"
    assert await hotline.calls("c2", "general", skills="tax social") is None


async def test_a_seat_passes_over_those_it_cannot_serve(hotline: Hotline) -> None:
    for number in range(20):
        await hotline.calls(f"english{number}", "general", skills="english")
    await hotline.calls("tax", "general", skills="tax")
    await hotline.seats(a_seat("8011", "general", skills="tax social"))
    assert await hotline.rung_for("tax") == "8011"


async def test_a_skill_nobody_ever_wanted_is_learned_when_somebody_does(hotline: Hotline) -> None:
    seats = [a_seat(f"80{number}", "general", skills="tax" if number % 2 else "") for number in range(11, 21)]
    await hotline.seats(*seats)
    await hotline.a.ask("8011", SeatEvent.PAUSE, why="lunch", by="8011")
    offer = await hotline.calls("c1", "general", skills="tax")
    assert offer is not None
    assert offer.seat_id == "8013"


async def test_a_seat_is_passed_over_by_more_calls_it_refused_than_are_read_at_once(hotline: Hotline) -> None:
    hotline.a.rules = replace(KEPT, kept_back=(), retry_s=300)
    await hotline.seats(a_seat("8011", "general"))
    for number in range(30):
        offer = await hotline.calls(f"c{number}", "general")
        assert offer is not None
        await hotline.declines(offer)
    offer = await hotline.calls("last", "general")
    assert offer is not None
    hotline.b.rules = hotline.a.rules
