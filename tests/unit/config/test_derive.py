"""What each feature gets of the settings."""

from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio.connection import parse_url
from sqlalchemy import make_url

from config.deadlines import deadlines
from config.derive import (
    agents,
    announcing,
    background,
    fallback_seats,
    menus,
    plan_rules,
    prompts_needed,
    recording_announcements,
    redis_url,
    seat_codes,
    seat_definitions,
    sql_url,
    trunk_trusts,
    waiting_rules,
)
from config.lab_file import lab_settings
from config.settings import Settings
from ivr.announcing import Announce, prompts_for
from ivr.seat_codes import CodeAction, SeatCode
from routing.plan import IvrMode
from routing.waiting import Rules, Rung, Strategy
from seats.agents import Agent
from tests.unit.config.builders import MINIMAL, changed, settings_of
from tickets.types import TicketType
from whitelist.identify import CallerClass

LAB = lab_settings(state_dir=Path("/nowhere"))


def with_sub_menu(folder: Path) -> Settings:
    """A hotline whose menu leads to another, and that one back."""
    text = changed(MINIMAL, "12345: {}", "12345: {ivr: menu, menu: main, language: en}\n  12346: {ivr: greeting}")
    sub = "    sub: {prompt: menu-sub, choices: {1: general, 9: main}, retries: 0, otherwise: general}\n"
    return settings_of(folder, text + "ivr:\n  menus:\n    main: {prompt: menu-main, choices: {1: priority, 2: sub, 0: person}}\n" + sub)


def test_a_seat_has_its_phones_and_all_its_groups() -> None:
    seats = {seat.seat_id: seat for seat in seat_definitions(LAB)}
    assert list(seats) == [str(number) for number in range(8001, 8021)]
    assert seats["8001"].devices == ("PJSIP/8001", "PJSIP/9001")
    assert seats["8010"].groups == ("qilai", "general")


def test_a_seat_that_serves_no_group_is_still_a_position(tmp_path: Path) -> None:
    definitions = seat_definitions(settings_of(tmp_path, MINIMAL + "seats: {ids: 8001-8021}\n"))
    assert {seat.seat_id: seat.groups for seat in definitions}["8003"] == ()


def test_the_waiting_room_has_the_lab_s_times() -> None:
    assert waiting_rules(LAB) == Rules(ring_s=15, wrap_up_s=3, away_after_missed=True, skip_empty_groups=False)


def test_a_seat_has_its_skills_from_every_line_that_names_it(tmp_path: Path) -> None:
    text = MINIMAL + "seats: {skills: {8001-8002: {税务: 3}, 8002: {english: 1}}}\n"
    seats = {seat.seat_id: seat.skills for seat in seat_definitions(settings_of(tmp_path, text))}
    assert (seats["8001"], seats["8002"], seats["8010"]) == ({"税务": 3}, {"税务": 3, "english": 1}, {})


def test_a_group_in_order_gives_its_seats_places(tmp_path: Path) -> None:
    text = changed(MINIMAL, "seats: 8001-8002", "seats: [8002, 8001], strategy: in_order")
    settings = settings_of(tmp_path, text)
    seats = {seat.seat_id: seat.places for seat in seat_definitions(settings)}
    assert (seats["8002"], seats["8001"], seats["8010"]) == ({"priority": 0}, {"priority": 1}, {})
    assert waiting_rules(settings).strategies == (("priority", Strategy.IN_ORDER),)


def test_preferred_seats_and_empty_groups_reach_the_waiting_room(tmp_path: Path) -> None:
    text = MINIMAL + "queue: {preferred_s: 600, preferred_wait_s: 5, skip_empty_groups: false}\n"
    rules = waiting_rules(settings_of(tmp_path, changed(text, "area_code: 0515", "area_code: 0515, timezone: Asia/Urumqi")))
    assert (rules.preferred_s, rules.preferred_wait_s, rules.skip_empty_groups, rules.timezone) == (600, 5, False, "Asia/Urumqi")


def test_what_is_wanted_reaches_the_plan(tmp_path: Path) -> None:
    text = changed(MINIMAL, "12345: {}", "12345: {ivr: menu, menu: main, wants: {english: 1}}")
    text = changed(text, "{group: general, after_s: 8}", "{group: general, after_s: 8}\n    - {group: general, after_s: 30, wants: {}}")
    text += "ivr: {menus: {main: {prompt: m, choices: {1: general}, wants: {1: {税务: 2}}}}}\nqueue: {wants: {public: {社保: 4}}}\n"
    rules = plan_rules(settings_of(tmp_path, text))
    assert rules.wanted.of("public", "12345", ("main", "1"))[0] == {"社保": 4, "english": 1, "税务": 2}
    assert rules.wanted.of("project", "12346", ("main", ""))[0] == {}
    assert [rung.wants for rung in rules.ladders[CallerClass.KEY_ENTERPRISE]] == [None, None, {}]


def test_what_a_group_keeps_back_reaches_the_waiting_room(tmp_path: Path) -> None:
    text = changed(MINIMAL, "seats: 8010-8020", "seats: 8010-8020, keep_back: 2") + "queue: {kept_for: [project]}\n"
    rules = waiting_rules(settings_of(tmp_path, text))
    assert (rules.kept_back, rules.kept_for) == ((("general", 2),), frozenset({"project"}))


def test_the_plan_has_a_ladder_for_every_class(tmp_path: Path) -> None:
    rules = plan_rules(settings_of(tmp_path))
    priority_first = (Rung(group="priority", after_s=0), Rung(group="general", after_s=8))
    general = (Rung(group="general", after_s=0),)
    assert rules.ladders == {
        CallerClass.KEY_ENTERPRISE: priority_first,
        CallerClass.PROJECT: priority_first,
        CallerClass.PUBLIC: general,
        CallerClass.ANONYMOUS: general,
    }
    assert rules.labels == {"priority": "直达专席", "general": "general"}


def test_a_dialled_number_s_menu_and_language_reach_the_plan(tmp_path: Path) -> None:
    dialled = plan_rules(with_sub_menu(tmp_path)).dialled
    assert (dialled["12345"].mode, dialled["12345"].menu, dialled["12345"].language) == (IvrMode.MENU, "main", "en")
    assert (dialled["12346"].mode, dialled["12346"].greeting, dialled["12346"].language) == (IvrMode.GREETING, "welcome", "zh")


def test_the_menu_reaches_the_ivr() -> None:
    assert dict(menus(LAB)["main"].choices) == {"1": "qilai", "2": "general", "9": "voicemail", "0": "person"}


def test_every_way_through_the_menus_is_known_and_none_goes_in_circles(tmp_path: Path) -> None:
    ways = background(with_sub_menu(tmp_path)).choices["main"]
    assert [(keys, choice.target) for keys, choice in ways] == [("1", "priority"), ("21", "general"), ("0", "person"), ("", "person")]


def test_only_the_trunk_that_is_marked_is_trusted() -> None:
    assert {name: trust.trusted for name, trust in trunk_trusts(LAB).items()} == {"carrier": True, "transit": False}


def test_without_an_engine_the_first_group_of_the_key_enterprises_rings(tmp_path: Path) -> None:
    assert fallback_seats(settings_of(tmp_path)) == ("8001", "8002")
    assert fallback_seats(settings_of(tmp_path, MINIMAL + "fallback: {group: general}\n"))[0] == "8010"


def test_the_prompts_needed_are_those_that_can_be_heard(tmp_path: Path) -> None:
    told = prompts_for(Announce.BOTH)
    assert prompts_needed(with_sub_menu(tmp_path)) == {
        "en": {"nobody-free", "menu-main", "menu-sub", "menu-invalid", "menu-no-input"} | told,
        "zh": {"nobody-free", "welcome"} | told,
    }


def test_a_number_may_tell_its_callers_less_and_needs_fewer_prompts(tmp_path: Path) -> None:
    quiet = settings_of(tmp_path, MINIMAL, "dialled.12345.announce=off", "queue.announce=position")
    assert announcing(quiet).of("12345") is Announce.OFF
    assert announcing(quiet).of("12346") is Announce.POSITION
    assert prompts_needed(quiet)["zh"] == {"nobody-free"}


def test_passwords_reach_the_stores_whatever_they_hold(tmp_path: Path) -> None:
    secret = "p@ss/w:rd #%?"
    text = MINIMAL + 'redis: {url: "%s", password: {env: SECRET}}\n'
    text += 'sql: {url: "postgresql+asyncpg://zhida@10.0.0.3/zhida", password: {env: SECRET}}\n'
    for url in ("redis://10.0.0.2:6379/1", "unix:///run/redis.sock", "rediss://user@redis.example/0"):
        settings = settings_of(tmp_path, text % url, environ={"SECRET": secret})
        assert parse_url(redis_url(settings))["password"] == secret
    database = make_url(sql_url(settings))
    assert (database.username, database.password, database.host, database.database) == ("zhida", secret, "10.0.0.3", "zhida")


def test_without_a_password_the_urls_stay_as_they_are() -> None:
    assert (redis_url(LAB), sql_url(LAB)) == (LAB.redis.url, LAB.sql.url)


def test_the_preset_and_what_differs_from_it_make_the_deadlines(tmp_path: Path) -> None:
    received = datetime(2026, 10, 12, 2, tzinfo=UTC)
    text = changed(MINIMAL, "area_code: 0515", "area_code: 0515, preset: js/yancheng")
    of_the_city = deadlines(settings_of(tmp_path, text)).of(caller_class="key_enterprise", type=TicketType.CONSULT, received=received)
    own = deadlines(settings_of(tmp_path, text + "deadlines: {consult: 2wd}\n"))
    assert of_the_city.due is not None
    of_its_own = own.of(caller_class="key_enterprise", type=TicketType.CONSULT, received=received)
    assert of_its_own.due is not None
    assert of_its_own.due < of_the_city.due


def test_seats_phones_dial_the_codes_and_pause_for_a_reason_at_once(tmp_path: Path) -> None:
    codes = seat_codes(settings_of(tmp_path, MINIMAL, "seats.pause_reasons={1: 小休, 2: 用餐}", "seats.codes.ready='*01'"))
    assert codes["*01"] == SeatCode(action=CodeAction.READY)
    assert codes["*112"] == SeatCode(action=CodeAction.PAUSE, reason="2")
    assert sorted(codes) == ["*01", "*11", "*111", "*112", "*12", "*13", "*14", "*15", "*19"]
    assert seat_codes(settings_of(tmp_path, MINIMAL, "seats.codes.enabled=false")) == {}


def test_an_agent_of_the_configuration(tmp_path: Path) -> None:
    found = agents(settings_of(tmp_path, MINIMAL, "agents={007: {name: 话务员甲, pin: 0815, groups: [general]}, 8: {}}"))
    assert found == {
        "007": Agent(agent_id="007", name="话务员甲", pin="0815", groups=("general",)),
        "8": Agent(agent_id="8"),
    }
    assert "0815" not in repr(found)


def test_callers_are_told_that_they_are_recorded_by_the_number_they_dialled(tmp_path: Path) -> None:
    text = changed(MINIMAL, "12345: {}", "12345: {}\n  12346: {recording_announcement: in-short}\n  12347: {recording_announcement: off}")
    settings = settings_of(tmp_path, text, "recording.announcement=call-is-recorded")
    assert recording_announcements(settings) == {"12345": "call-is-recorded", "12346": "in-short"}
    assert {"call-is-recorded", "in-short"} <= prompts_needed(settings)["zh"]
    assert recording_announcements(settings_of(tmp_path, text)) == {"12346": "in-short"}
    assert recording_announcements(settings_of(tmp_path, text, "recording.enabled=false")) == {}
