"""What routing and seats get of hours, rules and shifts; and what of them is probably not meant."""

from datetime import UTC, date, datetime
from pathlib import Path

from calls.hours import Counts
from config.check_opening import shift_gaps, unknown_years
from config.derive import plan_rules, prompts_needed
from config.lab_file import lab_settings
from config.opening import day_times, week_days
from config.opening_rules import calendar_of, hours_of, rosters_of, routes_of
from config.settings import Settings
from ivr.announcing import Announce, prompts_for
from routing.ends import CallBack, LadderEnd, Ring, Say
from routing.ivr import Ivr, IvrMode
from routing.routes import Closing
from routing.waiting import Rung
from seats.shifts import Cycle, Duty
from tests.unit.config.builders import MINIMAL, changed, settings_of
from whitelist.identify import CallerClass

OPENING = (
    changed(MINIMAL, "12345: {}", "12345: {}\n  12366: {language: en}")
    + """\
outbound: {address: '10.0.0.1:5060'}
fallback: {duty_phone: 0515-86669999, duty_ring_s: 25}
hours:
  office: {days: [mon-fri], times: [09:00-12:00, 14:00-18:00], calendar: workdays}
  night: {times: 20:00-08:00, except_dates: 2026-10-01..2026-10-07}
routes:
  - {name: tax, dialled: 12366, hours: office, ladder: key_enterprise, ivr: greeting, greeting: welcome-tax}
  - name: tax-closed
    dialled: [12366]
    closed: [{play: closed-now}, {ring: duty_phone}, {ladder: late}]
    end: [{ring: 0515-86661234, ring_s: 10}, {callback: true}]
    max_wait_s: 30
  - {name: night, classes: [public, anonymous], hours: [night, office], max_wait_s: 60}
shifts:
  groups:
    general:
      hours: office
      least: 1
      duties:
        - {seats: 8010-8011, hours: office, days: mon}
        - {agents: li, cycle: {days: 4, begins: 2026-10-01, on: 1}}
      exceptions:
        - {dates: 2026-10-01, seats: 8012}
"""
)
OPENING = changed(OPENING, "  public:\n", "  named:\n    late: [{group: general, after_s: 0}]\n  public:\n")


def opening(folder: Path) -> Settings:
    return settings_of(folder, OPENING)


def test_hours_as_people_write_them(tmp_path: Path) -> None:
    office, night = hours_of(opening(tmp_path)).values()
    assert (office.days, office.times, office.counts) == (frozenset({0, 1, 2, 3, 4}), ((540, 720), (840, 1080)), Counts.WORKDAYS)
    assert (night.times, night.but) == (((1200, 480),), ((date(2026, 10, 1), date(2026, 10, 7)),))
    assert week_days("sat-mon") == (0, 5, 6)
    assert week_days(["mon", "wed,fri"]) == (0, 2, 4)
    assert day_times("00:00-24:00") == ((0, 1440),)
    assert day_times("08:00-12:00, 20:00-08:00") == ((480, 720), (1200, 480))


def test_a_rule_reaches_the_plan(tmp_path: Path) -> None:
    tax, closed, night = routes_of(opening(tmp_path))
    assert (tax.dialled, [hours.name for hours in tax.hours]) == (frozenset({"12366"}), ["office"])
    assert tax.ladder == (Rung(group="priority", after_s=0), Rung(group="general", after_s=8))
    assert tax.ivr == Ivr(mode=IvrMode.GREETING, greeting="welcome-tax")
    assert tax.end is None
    duty = Ring(number="0515-86669999", ring_s=25, duty=True)
    assert closed.closed == Closing(steps=(Say(prompt="closed-now"), duty), ladder=(Rung(group="general", after_s=0),))
    assert closed.end == LadderEnd(after_s=30, steps=(Ring(number="0515-86661234", ring_s=10), CallBack()))
    assert night.classes == {CallerClass.PUBLIC, CallerClass.ANONYMOUS}
    assert night.end == LadderEnd(after_s=60, steps=(duty, Say(prompt="nobody-free")))


def test_the_plan_of_the_lab_has_no_rules_and_the_usual_end() -> None:
    rules = plan_rules(lab_settings(state_dir=Path("/nowhere")))
    assert rules.routes == ()
    assert rules.end == LadderEnd(after_s=300, steps=(Ring(number="0515-86669999", ring_s=30, duty=True), Say(prompt="nobody-free")))


def test_the_prompts_of_rules_are_needed_in_the_languages_of_their_callers(tmp_path: Path) -> None:
    needed = prompts_needed(opening(tmp_path))
    told = prompts_for(Announce.BOTH)
    assert needed["en"] == {"nobody-free", "closed-now", "welcome-tax"} | told
    assert needed["zh"] == {"nobody-free"} | told


def test_shifts_reach_the_roster(tmp_path: Path) -> None:
    [roster] = rosters_of(opening(tmp_path))
    monday, rotation = roster.duties
    assert (roster.group, roster.least, [hours.name for hours in roster.hours]) == ("general", 1, ["office"])
    assert (monday.seats, monday.days) == (("8010", "8011"), frozenset({0}))
    assert rotation == Duty(agents=("li",), cycle=Cycle(days=4, begins=date(2026, 10, 1), on=frozenset({1})))
    assert roster.exceptions[0].dates == ((date(2026, 10, 1), date(2026, 10, 1)),)


def test_years_that_the_hotline_adds_are_in_its_calendar(tmp_path: Path) -> None:
    text = OPENING + "deadlines: {calendar: {2031: {holidays: [2031-10-01], make_up: [2031-10-11]}}}\n"
    assert calendar_of(settings_of(tmp_path, text)).kind(date(2031, 10, 11)).worked


class TestWarnings:
    """Told by `check`, at a moment."""

    def test_a_gap_in_the_next_seven_days(self, tmp_path: Path) -> None:
        settings = opening(tmp_path)
        midnight = datetime(2026, 10, 7, 16, tzinfo=UTC)  # before a working Thursday
        [problem] = shift_gaps(rosters_of(settings), calendar_of(settings), midnight)
        assert problem.key == ("shifts", "groups", "general")
        assert problem.sentence == (
            "nobody is on duty from 2026-10-08 09:00 to 2026-10-08 12:00, and 5 times more in the next 7 days; "
            "add a duty or import a duty table, or say under hours when somebody must be"
        )

    def test_a_year_whose_calendar_is_not_known_yet(self, tmp_path: Path) -> None:
        settings = opening(tmp_path)
        assert list(unknown_years(settings, datetime(2026, 6, 1, tzinfo=UTC))) == []
        [problem] = unknown_years(settings, datetime(2030, 6, 1, tzinfo=UTC))
        assert problem.key == ("hours", "office", "calendar")
        assert problem.sentence == (
            "the State Council's calendar of 2030 is not known here, so all its Mondays to Fridays count as working days;"
            " add it under deadlines.calendar, or update Zhida"
        )

    def test_nobody_asks_for_the_year_where_no_hours_do(self, tmp_path: Path) -> None:
        assert list(unknown_years(settings_of(tmp_path), datetime(2030, 6, 1, tzinfo=UTC))) == []
