"""What each feature gets of the settings, in its own words. Features never see Settings."""

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from config.fields import seat_ids
from config.opening_rules import calendar_of, ladder_named, prompts_of_routes, rosters_of, routes_of, usual_end
from config.settings import Settings
from ivr.announcing import Announce, Announcing, prompts_for
from ivr.call_keys import LEAD, SEATS, SPECIALISTS, KeyAct, KeyMap
from ivr.menu import Choice, Menu
from ivr.seat_codes import CodeAction, SeatCode
from ivr.voicemail import VoicemailRules
from routing.callbacks import CallbackRules
from routing.explain import Background
from routing.ivr import Ivr, IvrMode
from routing.plan import VOICEMAIL, PlanRules
from routing.skills import Wanted
from routing.waiting import Rules, Strategy
from seats.agents import Agent
from seats.seat import SeatDefinition
from tickets.links import LinkRules, Sending
from tickets.messages import SendingRules
from tickets.receipts import ReceiptRules
from whitelist.identify import CallerClass, TrunkTrust

_NOT_TOLD: Final = "off"


def waiting_rules(settings: Settings) -> Rules:
    """For the waiting room."""
    seats = settings.seats
    return Rules(
        ring_s=seats.ring_s,
        lease_margin_s=seats.lease_margin_s,
        wrap_up_s=seats.wrap_up_s,
        away_after_missed=seats.away_after_missed,
        retry_s=seats.retry_s,
        refusal_s=seats.refusal_s,
        unreachable_s=seats.unreachable_s,
        typical_call_s=settings.queue.typical_call_s,
        wrap_up_longest_s=seats.wrap_up_longest_s,
        away_for_s=seats.away_for_s,
        agent_required=seats.agent_required,
        kept_back=tuple((name, group.keep_back) for name, group in settings.groups.items() if group.keep_back),
        kept_for=frozenset(settings.queue.kept_for),
        strategies=tuple(
            (name, Strategy(group.strategy)) for name, group in settings.groups.items() if group.strategy != "longest_ready"
        ),
        timezone=settings.hotline.timezone,
        preferred_s=settings.queue.preferred_s,
        preferred_wait_s=settings.queue.preferred_wait_s,
        skip_empty_groups=settings.queue.skip_empty_groups,
    )


def seat_ids_of(settings: Settings) -> tuple[str, ...]:
    """All seats, ascending."""
    named = {seat for group in settings.groups.values() for seat in group.seats} | set(settings.seats.ids or ())
    return tuple(sorted(named, key=lambda seat: (len(seat), seat)))


def browser_of(settings: Settings, seat: str) -> str:
    """The number under which the seat's phone in a browser registers."""
    return str(int(seat) + settings.seats.browser_offset).zfill(len(seat))


def devices_of(settings: Settings, seat: str) -> tuple[str, ...]:
    """The seat's phones as Dial() names them: PJSIP/8001, PJSIP/9001."""
    browser = browser_of(settings, seat)
    return tuple(device.replace("{seat}", seat).replace("{browser}", browser) for device in settings.seats.devices)


def seat_definitions(settings: Settings) -> list[SeatDefinition]:
    """For the seat board."""
    skills = skills_of_seats(settings)
    places = _places(settings)
    groups: dict[str, list[str]] = {}
    for name, group in settings.groups.items():
        for seat in group.seats:
            groups.setdefault(seat, []).append(name)
    return [
        SeatDefinition(
            seat_id=seat,
            devices=devices_of(settings, seat),
            groups=tuple(groups.get(seat, ())),
            skills=skills.get(seat, {}),
            places=places.get(seat, {}),
        )
        for seat in seat_ids_of(settings)
    ]


def agents(settings: Settings) -> dict[str, Agent]:
    """Who may sign in, by number."""
    return {
        number: Agent(
            agent_id=number,
            name=agent.name or "",
            pin=agent.pin.get_secret_value() if agent.pin is not None else "",
            groups=agent.groups,
            skills=agent.skills,
        )
        for number, agent in settings.agents.items()
    }


def seat_codes(settings: Settings) -> dict[str, SeatCode]:
    """What a seat's phone can dial, and what that does; none where the codes are turned off."""
    codes = settings.seats.codes
    if not codes.enabled:
        return {}
    plain = {getattr(codes, action): SeatCode(action=action) for action in CodeAction}
    reasons = settings.seats.pause_reasons
    return plain | {codes.pause + digit: SeatCode(action=CodeAction.PAUSE, reason=digit) for digit in reasons}


def call_keys(settings: Settings) -> tuple[KeyMap, KeyMap]:
    """What seats, and what specialists, can key in during a call; nothing where that is turned off."""
    keys = settings.conference.keys
    if not keys.enabled:
        return KeyMap(), KeyMap()
    seats = _codes({act: getattr(keys, act) for act in SEATS})
    specialists = _codes({act: getattr(keys.specialists, act) for act in SPECIALISTS})
    return KeyMap(codes=seats, next_s=keys.next_s), KeyMap(codes=specialists, next_s=keys.next_s)


def _codes(written: Mapping[KeyAct, str | None]) -> dict[str, tuple[KeyAct, ...]]:
    codes: dict[str, tuple[KeyAct, ...]] = {}
    for act, code in written.items():
        if code is not None:
            behind = code.removeprefix(LEAD)
            codes[behind] = (*codes.get(behind, ()), act)
    return codes


def skills_of_seats(settings: Settings) -> dict[str, dict[str, int]]:
    """Seat -> skill -> level, for seats that have any."""
    held: dict[str, dict[str, int]] = {}
    for seats, skills in settings.seats.skills.items():
        for seat in seat_ids(seats):
            held.setdefault(seat, {}).update(skills)
    return held


def _places(settings: Settings) -> dict[str, dict[str, int]]:
    """Seat -> group -> its place there, for the groups that ring in order."""
    places: dict[str, dict[str, int]] = {}
    for name, group in settings.groups.items():
        for place, seat in enumerate(group.seats if group.strategy == "in_order" else ()):
            places.setdefault(seat, {})[name] = place
    return places


def plan_rules(settings: Settings) -> PlanRules:
    """For the plan."""
    return PlanRules(
        ladders={name: ladder_named(settings, name) for name in CallerClass},
        rank_bonus_s={name: getattr(settings.queue.rank_bonus_s, name) for name in CallerClass},
        dialled={number: _ivr(settings, number) for number in settings.dialled},
        end=usual_end(settings),
        labels=labels_of(settings),
        routes=routes_of(settings),
        calendar=calendar_of(settings),
        bypass_ivr=settings.whitelist.bypass_ivr,
        language=settings.hotline.language,
        wanted=_wanted(settings),
        voicemail=settings.voicemail.prompt,
    )


def _wanted(settings: Settings) -> Wanted:
    return Wanted(
        classes={name: getattr(settings.queue.wants, name) for name in CallerClass},
        dialled={number: dialled.wants for number, dialled in settings.dialled.items()},
        choices={(name, key): skills for name, menu in settings.ivr.menus.items() for key, skills in menu.wants.items()},
    )


def labels_of(settings: Settings) -> dict[str, str]:
    """Group -> what people call it."""
    return {name: group.label or name for name, group in settings.groups.items()}


def _ivr(settings: Settings, number: str) -> Ivr:
    dialled = settings.dialled[number]
    mode = IvrMode(dialled.ivr)
    return Ivr(
        mode=mode,
        greeting=dialled.greeting if mode is IvrMode.GREETING else "",
        menu=(dialled.menu or "") if mode is IvrMode.MENU else "",
        language=dialled.language or settings.hotline.language,
    )


def trunk_trusts(settings: Settings) -> dict[str, TrunkTrust]:
    """For identify(), by the trunk's name. A trunk that is not among them is not trusted."""
    return {name: TrunkTrust(name, trunk.trusted) for name, trunk in settings.trunks.items()}


def menus(settings: Settings) -> dict[str, Menu]:
    """For the IVR, by name."""
    return {
        name: Menu(
            name=name,
            prompt=menu.prompt,
            choices=menu.choices,
            timeout_s=menu.timeout_s,
            retries=menu.retries,
            invalid_prompt=menu.invalid_prompt,
            no_input_prompt=menu.no_input_prompt,
            otherwise=menu.otherwise,
        )
        for name, menu in settings.ivr.menus.items()
    }


def announcing(settings: Settings) -> Announcing:
    """For those who wait."""
    return Announcing(
        what=Announce(settings.queue.announce),
        by_number={number: Announce(dialled.announce) for number, dialled in settings.dialled.items() if dialled.announce},
        after_s=settings.queue.announce_after_s,
        every_s=settings.queue.announce_every_s,
    )


def voicemail_rules(settings: Settings) -> VoicemailRules:
    """For whoever leaves a voice message."""
    voicemail = settings.voicemail
    return VoicemailRules(
        longest_s=voicemail.longest_s,
        silence_s=voicemail.silence_s,
        least_s=voicemail.least_s,
        takes=voicemail.takes,
        review=voicemail.review,
        key_s=voicemail.key_s,
    )


def takes_voicemail(settings: Settings) -> bool:
    """Whether a caller can come to leave a voice message at all."""
    steps = (step for route in settings.routes for step in (*(route.end or ()), *(route.closed or ())))
    return chosen_voicemail(settings) or any(step.voicemail for step in steps)


def chosen_voicemail(settings: Settings) -> bool:
    """Whether a menu leads there."""
    return any(VOICEMAIL in (*menu.choices.values(), menu.otherwise) for menu in settings.ivr.menus.values())


def background(settings: Settings) -> Background:
    """For the explanation; the caller's entry is added by who looked it up."""
    all_menus = menus(settings)
    return Background(
        seats={name: group.seats for name, group in settings.groups.items()},
        choices={name: tuple(_ways(name, all_menus, "", frozenset())) for name in all_menus},
        rosters={roster.group: roster for roster in rosters_of(settings)},
        preferred_wait_s=settings.queue.preferred_wait_s,
        kept_back={name: group.keep_back for name, group in settings.groups.items() if group.keep_back},
        kept_for=settings.queue.kept_for,
    )


def _ways(name: str, all_menus: Mapping[str, Menu], pressed: str, passed: frozenset[str]) -> Iterator[tuple[str, Choice]]:
    """Every way through a menu and those below it; a menu that leads back to one before is not followed again."""
    menu = all_menus[name]
    for key, target in menu.choices.items():
        if target not in all_menus:
            yield pressed + key, Choice(menu=name, digit=key, target=target)
        elif target not in passed | {name}:
            yield from _ways(target, all_menus, pressed + key, passed | {name})
    if not pressed:
        yield "", Choice(menu=name, digit="", target=menu.otherwise)


def callback_rules(settings: Settings) -> CallbackRules:
    """For calling back."""
    callback = settings.callback
    return CallbackRules(
        auto=callback.auto and settings.outbound is not None,
        not_before=time.fromisoformat(callback.not_before),
        not_after=time.fromisoformat(callback.not_after),
        zone=ZoneInfo(settings.hotline.timezone),
        attempts=callback.attempts,
        every_s=callback.every_s,
        after_s=callback.after_s,
        keep_free=callback.keep_free,
        wait_s=callback.wait_s,
        ring_s=callback.ring_s,
    )


def link_rules(settings: Settings) -> LinkRules:
    """For specialists' links."""
    links = settings.links
    can_send = settings.sms.http is not None or settings.sms.file is not None
    return LinkRules(
        base_url=links.base_url or "",
        secret=links.secret.get_secret_value() if links.secret is not None else "",
        send=Sending(links.send) if can_send else Sending.OFF,
        valid_s=links.valid_s,
        session_s=links.session_s,
        show_number=links.show_number,
        text=links.text,
    )


def sending_rules(settings: Settings) -> SendingRules:
    """For the messages that bring them."""
    timeout_s = settings.sms.http.timeout_s if settings.sms.http is not None else 0.0
    return SendingRules(attempts=settings.sms.attempts, lease_s=timeout_s + 10, send_twice=settings.sms.send_twice)


def receipt_rules(settings: Settings) -> ReceiptRules:
    """For what the gateway tells of them."""
    receipts = settings.sms.receipts
    if receipts is None:
        return ReceiptRules()
    return ReceiptRules(
        secret=receipts.secret.get_secret_value(),
        list_field=receipts.list_field or "",
        form_field=receipts.form_field or "",
        id_field=receipts.id_field,
        state_field=receipts.state_field,
        delivered=frozenset(receipts.delivered),
        failed=frozenset(receipts.failed),
        answer=receipts.answer,
    )


def fallback_seats(settings: Settings) -> tuple[str, ...]:
    """The seats that Asterisk's own Queue() rings while no engine answers."""
    group = settings.fallback.group or settings.ladders.of(CallerClass.KEY_ENTERPRISE)[0].group
    return settings.groups[group].seats


def redis_url(settings: Settings) -> str:
    """Where Redis is, with its password."""
    return _with_password(settings.redis.url, settings.redis.password)


def sql_url(settings: Settings) -> str:
    """Where the database is, with its password; SQLite has none."""
    url = settings.sql.url
    return url if url.startswith("sqlite") else _with_password(url, settings.sql.password)


def _with_password(url: str, password: SecretStr | None) -> str:
    if password is None:
        return url
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    user, _, host = place.rpartition("@")
    return f"{scheme}://{user}:{quote(password.get_secret_value(), safe='')}@{host}{slash}{path}"


def recording_announcements(settings: Settings) -> dict[str, str]:
    """Dialled number -> the prompt by which its callers are told that they are recorded; a number without one is left out."""
    if not settings.recording.enabled:
        return {}
    prompts = {number: dialled.recording_announcement or settings.recording.announcement for number, dialled in settings.dialled.items()}
    return {number: prompt for number, prompt in prompts.items() if prompt and prompt != _NOT_TOLD}


def prompts_needed(settings: Settings) -> dict[str, set[str]]:
    """Language -> prompts that this configuration names."""
    needed = prompts_of_routes(settings)
    told = announcing(settings)
    recorded = recording_announcements(settings)
    for number, dialled in settings.dialled.items():
        prompts = needed.setdefault(dialled.language or settings.hotline.language, set())
        prompts.add(settings.fallback.message)
        if takes_voicemail(settings):
            prompts |= voicemail_rules(settings).prompts
        if chosen_voicemail(settings):
            prompts.add(settings.voicemail.prompt)
        prompts |= prompts_for(told.of(number))
        if number in recorded:
            prompts.add(recorded[number])
        if dialled.ivr == "greeting":
            prompts.add(dialled.greeting)
        if dialled.ivr == "menu":
            for menu in settings.ivr.menus.values():  # any of them may be reached from another
                prompts |= {menu.prompt, menu.invalid_prompt, menu.no_input_prompt}
    return needed
