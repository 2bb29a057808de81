"""`zhida simulate`: a day of calls through the plan and the waiting room that also take the real ones, in virtual time."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

import typer

from calls.clock import SystemClock
from calls.errors import Refused
from config.derive import background, seat_definitions, waiting_rules
from config.opening_rules import calendar_of, rosters_of
from config.settings import Settings
from engine.commands.options import SAMPLES, AsJson, ConfigFile, Overrides, config_file, is_labs, settings_of
from engine.commands.stopping import until_told
from engine.directory import CurrentDirectory
from engine.lists import import_samples
from engine.serving import decider_of
from engine.simulation.callers import Planner
from engine.simulation.figures import figures_of
from engine.simulation.report import Report
from engine.simulation.rosters import staff_by_shifts
from engine.simulation.spread import Spread, spread_of
from engine.simulation.staff import Manner, Staff, UsualShift, read_staff
from engine.simulation.study import Study
from engine.simulation.traffic import Row, Usual, read_traffic
from engine.simulation.wanted import Want, want_of
from engine.stores import open_stores
from lab.own_redis import own_redis
from routing.rota import DutyDay, with_days

T = TypeVar("T")
_DAYS_TO_SEARCH: Final = 5


def simulate(
    traffic: Annotated[Path, typer.Option(metavar="FILE.csv", help="The day's calls (docs/simulation.md says how it is written).")],
    config: ConfigFile = None,
    overrides: Overrides = None,
    seats_file: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Who works when, and how; else by the shifts.")] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day the files speak of; else today.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same days.")] = 1,
    days: Annotated[int | None, typer.Option(min=1, max=1000, help=f"So many such days; else 1, with --want {_DAYS_TO_SEARCH}.")] = None,
    talk: Annotated[str, typer.Option(metavar="TIME", help="A talk: seconds, exp:MEAN, uniform:A:B or lognormal:MEAN:DEV.")] = "exp:180",
    patience: Annotated[str, typer.Option(metavar="TIME", help="How long callers wait before they leave; also never.")] = "exp:180",
    answer: Annotated[str, typer.Option(metavar="TIME", help="How long it rings before a seat answers.")] = "uniform:2:6",
    ivr: Annotated[str, typer.Option(metavar="TIME", help="What a greeting or a menu takes.")] = "10",
    within: Annotated[float, typer.Option(min=0, help="Seconds; the share of callers answered within them is told.")] = 20.0,
    want: Annotated[str | None, typer.Option(metavar="CLASS:SECONDS:SHARE", help="Find how many seats it takes to answer them so.")] = None,
    group: Annotated[str | None, typer.Option(help="Whose seats --want counts; else the first on that class's ladder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a day of calls by the very code that routes: waits by class, how busy seats are, how many it takes."""
    settings = settings_of(config, overrides)
    asked = _Asked(
        traffic=traffic,
        seats=seats_file,
        day=(day or datetime.now(ZoneInfo(settings.hotline.timezone))).date(),
        seed=seed,
        days=days or (_DAYS_TO_SEARCH if want else 1),
        talk=_read(spread_of, "--talk", talk),
        patience=_read(spread_of, "--patience", patience),
        manner=Manner(answer=_read(spread_of, "--answer", answer)),
        ivr=_read(spread_of, "--ivr", ivr),
        within_s=within,
        want=_read(want_of, "--want", want) if want is not None else None,
        group=_group(settings, group, want),
    )
    report = asyncio.run(until_told(_simulate(settings, asked, samples=is_labs(config_file(config)))))
    sys.stdout.write(json.dumps(report.document(), ensure_ascii=False, indent=2) + "\n" if as_json else report.text())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the options say."""

    traffic: Path
    seats: Path | None
    day: date
    seed: int
    days: int
    talk: Spread
    patience: Spread
    manner: Manner
    ivr: Spread
    within_s: float
    want: Want | None
    group: str | None


async def _simulate(settings: Settings, asked: _Asked, *, samples: bool) -> Report:
    zone = ZoneInfo(settings.hotline.timezone)
    rows = read_traffic(asked.traffic, _usual(settings, asked, zone))
    directory, duty_table = CurrentDirectory(), list[DutyDay]()
    if settings.shifts.groups or any(row.number is not None for row in rows):
        duty_table = await _read_lists(settings, directory, samples=samples)
    staff = _staff(settings, asked, rows, duty_table)
    planner = Planner(decider_of(settings, directory), background(settings).choices, ivr=asked.ivr)
    with own_redis() as socket:
        study = Study(rows, planner, rules=waiting_rules(settings), socket=socket, seed=asked.seed, say=_say)
        days = await study.days(staff, asked.days)
        needed = erlang = None
        if asked.want is not None:
            counted = asked.group or planner.first_group(asked.want.caller_class, sorted(row.at for row in rows))
            if counted is None:
                raise Refused("no_ladder", f"Nobody of the class {asked.want.caller_class} is served then; name the group with --group.")
            needed = await study.needed(asked.want, counted, staff, days=asked.days)
            erlang = study.erlang(asked.want, days)
        figures = figures_of(days, within_s=asked.within_s, zone=zone)
        return Report(day=asked.day, seed=asked.seed, figures=figures, needed=needed, erlang=erlang, pace=study.pace)


def _usual(settings: Settings, asked: _Asked, zone: ZoneInfo) -> Usual:
    trusted_first = sorted(settings.trunks, key=lambda name: not settings.trunks[name].trusted)
    return Usual(
        day=asked.day, zone=zone, dialled=tuple(settings.dialled), trunks=trusted_first, talk=asked.talk, patience=asked.patience
    )


def _staff(settings: Settings, asked: _Asked, rows: list[Row], duty_table: list[DutyDay]) -> Staff:
    seats = seat_definitions(settings)
    begin, end = min(row.at for row in rows), max(row.until for row in rows)
    if asked.seats is not None:
        usual = UsualShift(day=asked.day, zone=ZoneInfo(settings.hotline.timezone), begin=begin, end=end, manner=asked.manner)
        return read_staff(asked.seats, seats, usual)
    configured = {roster.group: roster for roster in rosters_of(settings)}
    rosters = {group: roster for group, roster in with_days(configured, duty_table).items() if group in configured}
    return staff_by_shifts(seats, rosters, calendar_of(settings), begin=begin, end=end, manner=asked.manner)


async def _read_lists(settings: Settings, directory: CurrentDirectory, *, samples: bool) -> list[DutyDay]:
    """The whitelist as it is now, and the duty table."""
    stores = open_stores(settings, SystemClock())
    try:
        await stores.database.upgrade()
        if samples:
            await import_samples(settings, stores, SAMPLES)
        await directory.read(stores.directory)
        return await stores.rota.everything()
    finally:
        await stores.database.close()


def _read(reader: Callable[[str], T], option: str, text: str) -> T:
    try:
        return reader(text)
    except ValueError as fault:
        raise typer.BadParameter(f"{option}: {fault}.") from None


def _say(how_far: str) -> None:
    sys.stderr.write(f"… {how_far}\n")
    sys.stderr.flush()


def _group(settings: Settings, group: str | None, want: str | None) -> str | None:
    if group is not None and want is None:
        raise typer.BadParameter(f"--group {group} says whose seats --want counts, and there is no --want.")
    if group is not None and group not in settings.groups:
        raise typer.BadParameter(f"--group {group}: the configuration has {', '.join(settings.groups)}.")
    return group
