"""What must fit together across sections. Each check says which sections it looks at, and is left out where one is faulty."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Final

from calls.errors import NotFound, Refused
from config.cross_keys import KEY_CHECKS
from config.cross_opening import OPENING_CHECKS
from config.deadlines import deadlines
from config.faults import Key, Problem
from config.faults import unknown_name as _unknown
from config.fields import seat_ids
from config.settings import Settings

PERSON: Final = "person"
VOICEMAIL: Final = "voicemail"
SHORTEST_TOKEN: Final = 16
SHORTEST_LINK_SECRET: Final = 32
_RECEIPTS_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{24,200}")

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Check = Callable[[Settings], Iterator[Problem]]
_CHECKS: list[tuple[frozenset[str], Check]] = [*OPENING_CHECKS, *KEY_CHECKS]


def _needs(*sections: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        _CHECKS.append((frozenset(sections), check))
        return check

    return register


def cross_problems(settings: Settings, sound: frozenset[str]) -> Iterator[Problem]:
    """Everything that does not fit together in the sections that are sound by themselves."""
    for needed, check in _CHECKS:
        if needed <= sound:
            yield from check(settings)


@_needs("asterisk")
def _asterisks_differ(settings: Settings) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, pbx in settings.asterisk.items():
        other = seen.setdefault(pbx.systemname, name)
        if other != name:
            sentence = f"{pbx.systemname} is also the systemname of asterisk.{other}; give each Asterisk its own, or call ids collide"
            yield Problem(key=("asterisk", name, "systemname"), sentence=sentence)


@_needs("asterisk")
def _asterisks_reach_each_other(settings: Settings) -> Iterator[Problem]:
    if len(settings.asterisk) < 2:
        return
    seen: dict[str, str] = {}
    for name, pbx in settings.asterisk.items():
        if pbx.sip_address is None:
            sentence = "sip_address is missing; with several Asterisks each needs one, where the others bring it calls for its seats"
            yield Problem(key=("asterisk", name), sentence=sentence)
            continue
        other = seen.setdefault(str(pbx.sip_address), name)
        if other != name:
            sentence = f"{pbx.sip_address} is also that of asterisk.{other}; each Asterisk is known by its own"
            yield Problem(key=("asterisk", name, "sip_address"), sentence=sentence)


@_needs("asterisk", "trunks")
def _asterisks_are_no_trunks(settings: Settings) -> Iterator[Problem]:
    """What comes from another Asterisk would be taken for a caller, or a caller for an Asterisk."""
    if len(settings.asterisk) < 2:
        return
    for trunk, line in settings.trunks.items():
        for name in settings.asterisk:
            if trunk == f"pbx-{name}":
                sentence = f"the endpoint zhida-{trunk} is that of asterisk.{name} already; give the trunk another name"
                yield Problem(key=("trunks", trunk), sentence=sentence)
        for name, pbx in settings.asterisk.items():
            for index, text in enumerate(line.match):
                if pbx.sip_address is not None and _overlap(ipaddress.ip_network(text), ipaddress.ip_network(pbx.sip_address.host)):
                    sentence = f"{text} holds {pbx.sip_address.host} (asterisk.{name}.sip_address); an Asterisk's address is no carrier's"
                    yield Problem(key=("trunks", trunk, "match", str(index)), sentence=sentence)


@_needs("trunks")
def _trunks_do_not_overlap(settings: Settings) -> Iterator[Problem]:
    seen: list[tuple[_Network, str]] = []
    for name, trunk in settings.trunks.items():
        for index, text in enumerate(trunk.match):
            network = ipaddress.ip_network(text)
            for other, owner in seen:
                if _overlap(network, other):
                    sentence = f"{text} is also matched by trunks.{owner}.match; an address belongs to one trunk, once"
                    yield Problem(key=("trunks", name, "match", str(index)), sentence=sentence)
            seen.append((network, name))


def _overlap(one: _Network, other: _Network) -> bool:
    if one.version != other.version:
        return False
    return int(one[0]) <= int(other[-1]) and int(other[0]) <= int(one[-1])


@_needs("trunks", "dialled")
def _trunks_name_dialled_numbers(settings: Settings) -> Iterator[Problem]:
    for name, trunk in settings.trunks.items():
        for index, number in enumerate(trunk.dialled or ()):
            if number not in settings.dialled:
                yield _unknown(("trunks", name, "dialled", str(index)), "dialled number", number, settings.dialled)


@_needs("dialled", "ivr")
def _dialled_menus_exist(settings: Settings) -> Iterator[Problem]:
    for number, dialled in settings.dialled.items():
        if dialled.ivr == "menu" and dialled.menu is None:
            yield Problem(key=("dialled", number), sentence="ivr is menu, but no menu is named; add menu: with a name under ivr.menus")
        elif dialled.menu is not None and dialled.menu not in settings.ivr.menus:
            yield _unknown(("dialled", number, "menu"), "menu", dialled.menu, settings.ivr.menus)


@_needs("ivr", "groups")
def _menu_names_are_clear(settings: Settings) -> Iterator[Problem]:
    for name in settings.ivr.menus:
        if name in settings.groups or name in (PERSON, VOICEMAIL):
            taken = "a group's" if name in settings.groups else "a choice's"
            yield Problem(key=("ivr", "menus", name), sentence=f"{name} is {taken} name too; choose another, because a key leads to either")
    if VOICEMAIL in settings.groups:
        yield Problem(key=("groups", VOICEMAIL), sentence=f"{VOICEMAIL} cannot be a group's name; in menus it means a voice message")
    if PERSON in settings.groups:
        yield Problem(key=("groups", PERSON), sentence=f"{PERSON} cannot be a group's name; in menus it means whoever is free")


@_needs("ivr", "groups")
def _choices_lead_somewhere(settings: Settings) -> Iterator[Problem]:
    known = {*settings.groups, *settings.ivr.menus, PERSON, VOICEMAIL}
    for name, menu in settings.ivr.menus.items():
        targets: dict[Key, str] = {("choices", key): target for key, target in menu.choices.items()}
        for place, target in {**targets, ("otherwise",): menu.otherwise}.items():
            if target not in known:
                yield _unknown(("ivr", "menus", name, *place), "group or menu", target, known)
        if menu.otherwise in settings.ivr.menus:
            sentence = f"{menu.otherwise} is a menu; who pressed nothing must reach people, so name a group or {PERSON}"
            yield Problem(key=("ivr", "menus", name, "otherwise"), sentence=sentence)


@_needs("ladders", "groups")
def _ladders_name_groups(settings: Settings) -> Iterator[Problem]:
    for ladder, rungs in settings.ladders.each():
        for index, rung in enumerate(rungs):
            if rung.group not in settings.groups:
                yield _unknown((*ladder, str(index), "group"), "group", rung.group, settings.groups)


@_needs("ladders")
def _ladders_ascend(settings: Settings) -> Iterator[Problem]:
    for ladder, rungs in settings.ladders.each():
        seen: set[str] = set()
        before = 0.0
        for index, rung in enumerate(rungs):
            key = (*ladder, str(index))
            if index == 0 and rung.after_s != 0:
                yield Problem(key=(*key, "after_s"), sentence=f"the ladder begins at {rung.after_s:g} s; its first group opens at 0")
            elif rung.after_s < before:
                yield Problem(key=(*key, "after_s"), sentence=f"{rung.after_s:g} comes after {before:g}; a ladder's times ascend")
            if rung.group in seen and rung.wants is None:
                yield Problem(key=(*key, "group"), sentence=f"{rung.group} opens twice; name each group once")
            seen.add(rung.group)
            before = max(before, rung.after_s)


@_needs("ladders", "queue")
def _ladders_open_in_time(settings: Settings) -> Iterator[Problem]:
    longest = settings.queue.max_wait_s
    for ladder, rungs in settings.ladders.each():
        for index, rung in enumerate(rungs):
            if rung.after_s >= longest and ladder[1] != "named":  # a named one is waited at as long as its rule says
                sentence = f"{rung.after_s:g} s is never reached; queue.max_wait_s ends the wait at {longest:g}"
                yield Problem(key=(*ladder, str(index), "after_s"), sentence=sentence)


@_needs("groups", "seats")
def _groups_have_known_seats(settings: Settings) -> Iterator[Problem]:
    known = set(settings.seats.ids or ())
    for name, group in settings.groups.items():
        strange = [seat for seat in group.seats if known and seat not in known]
        if strange:
            sentence = f"seat {strange[0]} is not among seats.ids; add it there, or correct it here"
            yield Problem(key=("groups", name, "seats"), sentence=sentence)


@_needs("groups")
def _groups_keep_less_than_they_have(settings: Settings) -> Iterator[Problem]:
    for name, group in settings.groups.items():
        if group.keep_back > len(group.seats):
            sentence = f"{group.keep_back} is too high; the group has {len(group.seats)} seats"
            yield Problem(key=("groups", name, "keep_back"), sentence=sentence)


@_needs("agents", "groups")
def _agents_fit(settings: Settings) -> Iterator[Problem]:
    for number, agent in settings.agents.items():
        pin = agent.pin.get_secret_value() if agent.pin is not None else "0000"
        if not (pin.isascii() and pin.isdecimal() and 4 <= len(pin) <= 12):
            yield Problem(key=("agents", number, "pin"), sentence="is not a PIN; it is keyed in at a phone, so write 4 to 12 digits")
        for index, group in enumerate(agent.groups):
            if group not in settings.groups:
                yield _unknown(("agents", number, "groups", str(index)), "group", group, settings.groups)


@_needs("agents", "api")
def _tokens_are_of_known_agents(settings: Settings) -> Iterator[Problem]:
    for name, bearer in settings.api.tokens.items():
        if bearer.agent is not None and bearer.agent not in settings.agents:
            yield _unknown(("api", "tokens", name, "agent"), "agent", bearer.agent, settings.agents)


@_needs("agents", "seats")
def _agents_are_there_where_required(settings: Settings) -> Iterator[Problem]:
    if settings.seats.agent_required and not settings.agents:
        yield Problem(key=("seats", "agent_required"), sentence="no seat could ever be ready, because there are no agents; add some")


@_needs("seats")
def _wrap_up_can_last_its_time(settings: Settings) -> Iterator[Problem]:
    seats = settings.seats
    if seats.wrap_up_longest_s < seats.wrap_up_s:
        sentence = f"{seats.wrap_up_longest_s:g} is below wrap_up_s ({seats.wrap_up_s:g}); the longest wrap-up is at least as long as any"
        yield Problem(key=("seats", "wrap_up_longest_s"), sentence=sentence)


@_needs("groups", "seats", "supervision")
def _supervisors_phones_are_no_seats(settings: Settings) -> Iterator[Problem]:
    seats = {*(settings.seats.ids or ()), *(seat for group in settings.groups.values() for seat in group.seats)}
    taken = seats | {str(int(seat) + settings.seats.browser_offset) for seat in seats}
    strange = [phone for phone in settings.supervision.phones if phone in taken]
    if strange:
        sentence = f"{strange[0]} is a seat's phone, which supervisors may use anyway; name other numbers, or none"
        yield Problem(key=("supervision", "phones"), sentence=sentence)


@_needs("groups", "seats")
def _skills_are_told_once(settings: Settings) -> Iterator[Problem]:
    known = {*(settings.seats.ids or ()), *(seat for group in settings.groups.values() for seat in group.seats)}
    told: dict[tuple[str, str], str] = {}
    for seats, skills in settings.seats.skills.items():
        strange = [seat for seat in seat_ids(seats) if seat not in known]
        if strange:
            sentence = f"there is no seat {strange[0]}; add it to seats.ids or to a group, or correct it here"
            yield Problem(key=("seats", "skills", seats), sentence=sentence)
        for skill in skills:
            twice = next((seat for seat in seat_ids(seats) if told.setdefault((seat, skill), seats) != seats), None)
            if twice:
                sentence = f"seat {twice}'s {skill} is told under {told[twice, skill]} too; tell it once"
                yield Problem(key=("seats", "skills", seats, skill), sentence=sentence)


@_needs("ivr")
def _wants_of_keys_that_lead_somewhere(settings: Settings) -> Iterator[Problem]:
    for name, menu in settings.ivr.menus.items():
        for key in menu.wants:
            if key not in menu.choices:
                yield _unknown(("ivr", "menus", name, "wants", key), "choice", key, menu.choices)


@_needs("queue")
def _who_waits_for_a_seat_remembers_it(settings: Settings) -> Iterator[Problem]:
    if settings.queue.preferred_wait_s and not settings.queue.preferred_s:
        sentence = "no seat is remembered while queue.preferred_s is 0; set that too"
        yield Problem(key=("queue", "preferred_wait_s"), sentence=sentence)


@_needs("groups", "seats")
def _browser_numbers_are_free(settings: Settings) -> Iterator[Problem]:
    if not any("{browser}" in device for device in settings.seats.devices):
        return
    seats = {*(settings.seats.ids or ()), *(seat for group in settings.groups.values() for seat in group.seats)}
    for seat in sorted(seats):
        browser = str(int(seat) + settings.seats.browser_offset)
        if browser in seats:
            sentence = f"seat {seat}'s browser would be {browser}, which is a seat itself; choose an offset beyond all seats"
            yield Problem(key=("seats", "browser_offset"), sentence=sentence)
            return


@_needs("fallback", "groups", "outbound")
def _fallback_can_be_reached(settings: Settings) -> Iterator[Problem]:
    group = settings.fallback.group
    if group is not None and group not in settings.groups:
        yield _unknown(("fallback", "group"), "group", group, settings.groups)
    if settings.fallback.duty_phone is not None and settings.outbound is None:
        yield Problem(key=("fallback", "duty_phone"), sentence="cannot be called, because there is no outbound; add outbound.address")


@_needs("transfer", "outbound", "api")
def _other_hotlines_can_be_reached(settings: Settings) -> Iterator[Problem]:
    transfer = settings.transfer
    if settings.outbound is None and (transfer.hotlines or transfer.numbers):
        key = "hotlines" if transfer.hotlines else "numbers"
        yield Problem(key=("transfer", key), sentence="nobody can be called, because there is no outbound; add outbound.address")
    for name, hotline in transfer.hotlines.items():
        key_of_token = ("transfer", "hotlines", name, "token")
        if hotline.token is not None and hotline.token not in settings.api.tokens:
            yield _unknown(key_of_token, "token", hotline.token, settings.api.tokens)
        elif hotline.token is not None and settings.api.tokens[hotline.token].role != "hotline":
            sentence = f"api.tokens.{hotline.token} has the role {settings.api.tokens[hotline.token].role}; another hotline's is hotline"
            yield Problem(key=key_of_token, sentence=sentence)


@_needs("callback", "queue", "outbound", "hotline")
def _callers_can_be_called_back(settings: Settings) -> Iterator[Problem]:
    if settings.outbound is not None:
        return
    sentence = "nobody can be called back, because there is no outbound; add outbound.address"
    if settings.callback.auto:
        yield Problem(key=("callback", "auto"), sentence=sentence)
    if settings.queue.callback_key is not None:
        yield Problem(key=("queue", "callback_key"), sentence=sentence)


@_needs("engine")
def _engine_is_among_the_engines(settings: Settings) -> Iterator[Problem]:
    agi = settings.engine.agi
    everywhere = agi.listen.host == "0.0.0.0"
    if everywhere and agi.engines is None:
        sentence = f"engines is missing; the dialplan cannot call {agi.listen}, so write this engine's own address there"
        yield Problem(key=("engine", "agi"), sentence=sentence)
    if agi.engines is not None and not everywhere and agi.listen not in agi.engines:
        sentence = f"{agi.listen} (engine.agi.listen) is missing; name every engine, this one too"
        yield Problem(key=("engine", "agi", "engines"), sentence=sentence)
    for index, address in enumerate(agi.engines or ()):
        if address in (agi.engines or ())[:index]:
            yield Problem(key=("engine", "agi", "engines", str(index)), sentence=f"{address} is named twice; name each engine once")


@_needs("hotline", "deadlines")
def _deadlines_are_known(settings: Settings) -> Iterator[Problem]:
    try:
        deadlines(settings)
    except NotFound as wrong:
        yield Problem(key=("hotline", "preset"), sentence=wrong.sentence)
    except Refused as wrong:
        key = str(wrong.fields.get("key", "deadlines"))
        yield Problem(key=tuple(key.split(".")), sentence=wrong.sentence.removeprefix(f"{key}: "))


@_needs("api")
def _tokens_are_long_and_different(settings: Settings) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, bearer in settings.api.tokens.items():
        token = bearer.token.get_secret_value()
        key = ("api", "tokens", name, "token")
        if len(token) < SHORTEST_TOKEN:
            yield Problem(key=key, sentence=f"the token has {len(token)} characters; it needs at least {SHORTEST_TOKEN}")
        if not token.isascii() or " " in token:
            yield Problem(key=key, sentence="the token holds a blank or a character outside ASCII; a header cannot carry it")
        if seen.setdefault(token, name) != name:
            yield Problem(key=key, sentence=f"the token is that of api.tokens.{seen[token]} too; give each its own")


@_needs("links", "sms")
def _links_can_be_made_and_sent(settings: Settings) -> Iterator[Problem]:
    links, sms = settings.links, settings.sms
    if sms.http is not None and sms.file is not None:
        yield Problem(key=("sms", "file"), sentence="there is a gateway too (sms.http); leave one of them out")
    if sms.receipts is not None and not _RECEIPTS_SECRET.fullmatch(sms.receipts.secret.get_secret_value()):
        sentence = "the secret cannot stand in an address, or is too short; it needs at least 24 of A-Z a-z 0-9 - and _"
        yield Problem(key=("sms", "receipts", "secret"), sentence=sentence)
    if links.base_url is None:
        return
    if links.secret is None:
        yield Problem(key=("links",), sentence="secret is missing; write {env: NAME} or {file: PATH} with at least 32 characters")
    elif len(links.secret.get_secret_value()) < SHORTEST_LINK_SECRET:
        sentence = f"the secret has {len(links.secret.get_secret_value())} characters; it needs at least {SHORTEST_LINK_SECRET}"
        yield Problem(key=("links", "secret"), sentence=sentence)
    if links.send == "automatic" and sms.http is None and sms.file is None:
        yield Problem(key=("links", "send"), sentence="nothing can be sent, because there is no gateway; add sms.http")
