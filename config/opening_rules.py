"""What routing and seats get of hours, rules and shifts, in their own words."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from calls.calendar import Calendar
from calls.hours import DAY, EVERY_DAY, Counts, Hours
from conference.asking import AskingRules
from conference.duty import DutyRules, RosterRules
from conference.planning import Turn, TurnRules
from config.deadlines import deadlines
from config.opening import CycleSettings, DutySettings, HoursSettings, RosterSettings, RouteSettings, StepSettings
from config.settings import Settings
from routing.ends import CallBack, LadderEnd, Ring, Say, Step, Voicemail, usual_steps
from routing.ivr import Ivr, IvrMode
from routing.routes import Closing, Route
from routing.waiting import Rung
from seats.shifts import Cycle, Duty, Roster
from whitelist.identify import CallerClass


def calendar_of(settings: Settings) -> Calendar:
    """The State Council's calendar with the years that the hotline adds (deadlines.calendar), in its time zone."""
    return Calendar(years=deadlines(settings).calendar.years, zone=ZoneInfo(settings.hotline.timezone))


def hours_of(settings: Settings) -> dict[str, Hours]:
    """By name."""
    return {name: _hours(name, hours) for name, hours in settings.hours.items()}


def _hours(name: str, hours: HoursSettings) -> Hours:
    return Hours(
        name=name,
        days=EVERY_DAY if hours.days is None else frozenset(hours.days),
        times=hours.times or ((0, DAY),),
        counts=Counts(hours.calendar),
        dates=hours.dates or (),
        but=hours.except_dates or (),
    )


def asking_rules(settings: Settings) -> AskingRules:
    """For asking specialists."""
    conference = settings.conference
    return AskingRules(
        duty=DutyRules(
            calendar=calendar_of(settings),
            hours=hours_of(settings),
            departments={name: department.duty for name, department in conference.departments.items() if department.duty},
            usual=conference.duty,
        ),
        turns=TurnRules(by=Turn(conference.order), seldom=conference.seldom, over_days=conference.figures_days),
        office_s=conference.office_ring_s,
        mobile_s=conference.mobile_ring_s,
        parallel=conference.parallel,
    )


def roster_rules(settings: Settings) -> RosterRules:
    """What a roster is held against."""
    conference = settings.conference
    return RosterRules(fewest=conference.fewest, most=conference.most, hours=frozenset(settings.hours))


def ladder_named(settings: Settings, name: str) -> tuple[Rung, ...]:
    """A class's ladder, or one of those under ladders.named."""
    rungs = settings.ladders.named[name] if name in settings.ladders.named else settings.ladders.of(name)
    return tuple(Rung(group=rung.group, after_s=rung.after_s, wants=rung.wants) for rung in rungs)


def usual_end(settings: Settings) -> LadderEnd:
    """What happens at the end of a ladder whose rule says nothing else."""
    fallback = settings.fallback
    steps = usual_steps(message=fallback.message, duty_phone=fallback.duty_phone or "", duty_ring_s=fallback.duty_ring_s)
    return LadderEnd(after_s=settings.queue.max_wait_s, steps=steps)


def routes_of(settings: Settings) -> tuple[Route, ...]:
    """The rules, in order."""
    hours = hours_of(settings)
    return tuple(_route(settings, route, hours) for route in settings.routes)


def _route(settings: Settings, route: RouteSettings, hours: dict[str, Hours]) -> Route:
    usual = usual_end(settings)
    changed = route.end is not None or route.max_wait_s is not None
    end = LadderEnd(after_s=route.max_wait_s or usual.after_s, steps=tuple(_steps(settings, route.end)) if route.end else usual.steps)
    return Route(
        name=route.name,
        classes=frozenset(CallerClass(name) for name in route.classes or ()),
        dialled=frozenset(route.dialled or ()),
        chosen=frozenset(route.chosen or ()),
        hours=tuple(hours[name] for name in route.hours or ()),
        ladder=None if route.ladder is None else ladder_named(settings, route.ladder),
        ivr=None if route.ivr is None else _ivr(route, IvrMode(route.ivr)),
        language=route.language or "",
        end=end if changed else None,
        closed=None if route.closed is None else _closing(settings, route.closed),
    )


def _ivr(route: RouteSettings, mode: IvrMode) -> Ivr:
    greeting = route.greeting if mode is IvrMode.GREETING else ""
    return Ivr(mode=mode, greeting=greeting, menu=(route.menu or "") if mode is IvrMode.MENU else "")


def _closing(settings: Settings, steps: tuple[StepSettings, ...]) -> Closing:
    last = steps[-1].ladder
    return Closing(steps=tuple(_steps(settings, steps)), ladder=() if last is None else ladder_named(settings, last))


def _steps(settings: Settings, steps: tuple[StepSettings, ...]) -> Iterator[Step]:
    fallback = settings.fallback
    for step in steps:
        if step.ring is not None:
            duty = step.ring == "duty_phone"
            number = (fallback.duty_phone or "") if duty else step.ring
            yield Ring(number=number, ring_s=step.ring_s or fallback.duty_ring_s, duty=duty)
        elif step.play is not None:
            yield Say(prompt=step.play)
        elif step.voicemail is not None:
            yield Voicemail(prompt=step.voicemail)
        elif step.callback:
            yield CallBack()


def prompts_of_routes(settings: Settings) -> dict[str, set[str]]:
    """Language -> prompts that the rules name."""
    needed: dict[str, set[str]] = {}
    for route in settings.routes:
        steps = (*(route.end or ()), *(route.closed or ()))
        prompts = {prompt for step in steps for prompt in (step.play, step.voicemail) if prompt is not None}
        if route.ivr == "greeting":
            prompts.add(route.greeting)
        if route.ivr == "menu":
            for menu in settings.ivr.menus.values():  # any of them may be reached from another
                prompts |= {menu.prompt, menu.invalid_prompt, menu.no_input_prompt}
        for number in route.dialled or settings.dialled:
            language = route.language or settings.dialled[number].language or settings.hotline.language
            needed.setdefault(language, set()).update(prompts)
    return needed


def rosters_of(settings: Settings) -> tuple[Roster, ...]:
    """The shifts of every group that has some."""
    hours = hours_of(settings)
    return tuple(_roster(name, roster, hours) for name, roster in settings.shifts.groups.items())


def _roster(group: str, roster: RosterSettings, hours: dict[str, Hours]) -> Roster:
    usual = Roster(group=group, duties=())
    return Roster(
        group=group,
        duties=tuple(_duty(duty, hours) for duty in roster.duties),
        exceptions=tuple(_duty(duty, hours) for duty in roster.exceptions),
        hours=tuple(hours[name] for name in roster.hours or ()) or usual.hours,
        least=roster.least,
    )


def _duty(duty: DutySettings, hours: dict[str, Hours]) -> Duty:
    usual = Duty()
    return Duty(
        seats=duty.seats or (),
        agents=duty.agents or (),
        hours=tuple(hours[name] for name in duty.hours or ()) or usual.hours,
        days=EVERY_DAY if duty.days is None else frozenset(duty.days),
        cycle=None if duty.cycle is None else _cycle(duty.cycle),
        dates=duty.dates or (),
    )


def _cycle(cycle: CycleSettings) -> Cycle:
    return Cycle(days=cycle.days, begins=cycle.begins, on=frozenset(cycle.on))
