"""Live state as it travels: what the steps take and give, and the hashes they keep, as the words of routing and seats.

Redis keeps hotline time (lua/step.lua). What is read back is turned to wall time by `ahead`, the difference of the two.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from calls.errors import Conflict, NotFound, Refused
from calls.events import Event, from_ms, to_document, to_ms
from routing.skills import Skills, relaxed
from routing.waiting import CallState, LiveCall, Offer, Rules, Rung
from seats.agents import Agent
from seats.seat import Phone, Seat, SeatDefinition
from seats.state import SeatState

Record = Mapping[str, str]

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # json.dumps would make one each time
_RETRY_AT_LEAST_MS: Final = 100  # the same seat must not be rung for the same call in a loop, whatever is configured


def to_wire(value: object) -> bytes:
    """JSON in UTF-8. What no text can hold (a half of a surrogate pair, from a hostile number) becomes a question mark."""
    return _json(value).encode(errors="replace")


def facts_to_wire(facts: Sequence[Event]) -> list[bytes]:
    """Each fact as the document the stream keeps."""
    return [to_wire(to_document(fact)) for fact in facts]


def record_from_wire(reply: Mapping[bytes, bytes]) -> Record:
    """A hash as Redis' client gives it."""
    return {field.decode(): value.decode() for field, value in reply.items()}


def rules_to_wire(rules: Rules) -> str:
    """The rules in milliseconds, as the steps want them."""
    return _json(
        {
            "ring_ms": _ms(rules.ring_s),
            "lease_margin_ms": _ms(rules.lease_margin_s),
            "wrap_ms": _ms(rules.wrap_up_s),
            "wrap_longest_ms": _ms(rules.wrap_up_longest_s),
            "away_after_missed": rules.away_after_missed,
            "away_ms": _ms(rules.away_for_s),
            "agent_required": rules.agent_required,
            "retry_ms": max(_ms(rules.retry_s), _RETRY_AT_LEAST_MS),
            "refusal_ms": _ms(rules.refusal_s),
            "heal_ms": _ms(rules.unreachable_s),
            "kept_back": {group: kept for group, kept in rules.kept_back if kept > 0},
            "kept_for": dict.fromkeys(sorted(rules.kept_for), True),
            "strategies": dict(rules.strategies),
            "preferred_ms": _ms(rules.preferred_s),
            "preferred_wait_ms": _ms(rules.preferred_wait_s),
            "skip_empty": rules.skip_empty_groups,
        }
    )


def call_to_wire(call: LiveCall, now: datetime) -> dict[str, Any]:
    """What the steps take of a call its engine tells of; the rest is live state's own."""
    return {
        "call_id": call.call_id,
        "caller_class": _name(call.caller_class),
        "number": call.number,
        "name": call.name,
        "channel": call.channel,
        "enterprise": call.enterprise,
        "entry_id": call.entry_id,
        "recording": call.recording,
        "room": call.room,
        "errand": call.errand,
        "ladder": _json(list(_rungs(call))),
        "skills": _levels(call.skills),
        "arrived": to_ms(call.arrived),
        "queued": to_ms(call.queued or now),
        "rank_ms": call.rank_ms,
    }


def call_from_wire(record: Record, ahead: int) -> LiveCall:
    """The call of its hash."""
    return LiveCall(
        call_id=record["call_id"],
        state=CallState(record["state"]),
        engine=record["engine"],
        caller_class=record["caller_class"],
        number=record["number"],
        name=record["name"],
        channel=record["channel"],
        rank_ms=int(record["rank_ms"]) - ahead,
        arrived=from_ms(int(record["arrived"]) - ahead),
        queued=_moment(record["queued"], ahead),
        ladder=tuple(_rung(*rung) for rung in json.loads(record["ladder"])),
        opened=int(record["opened"]),
        skills=_of_levels(record["skills"]),
        preferred=record["preferred"],
        awaits=record["awaits"],
        offer_id=record["offer_id"],
        seat_id=record["seat_id"],
        seat_channel=record["seat_channel"],
        seat_leg=record["seat_leg"],
        answered=_moment(record["answered"], ahead),
        room=record["room"],
        errand=record["errand"],
        recording=record["recording"],
        enterprise=record["enterprise"],
        entry_id=record["entry_id"],
        inside=record.get("inside", ""),
        second=record.get("second", ""),
    )


def _rungs(call: LiveCall) -> Iterable[tuple[str, int] | tuple[str, int, str, str]]:
    """Group, when it opens; where it limits wishes also what the call wants from then on, and the limit itself.

    Redis keeps a hash without long values in a fraction of the memory, so nothing is written that can be left out.
    """
    wants = call.skills
    for rung in call.ladder:
        opens = (_name(rung.group), _ms(rung.after_s))
        wants = relaxed(wants, rung.wants)
        yield opens if rung.wants is None else (*opens, _levels(wants), _levels(rung.wants))


def _rung(group: str, after_ms: int, _wants: str = "", limit: str | None = None) -> Rung:
    return Rung(group=group, after_s=after_ms / 1000, wants=None if limit is None else _of_levels(limit))


def seat_to_wire(seat: SeatDefinition) -> dict[str, str]:
    """The configured part of a seat."""
    return {
        "seat_id": seat.seat_id,
        "devices": _json(list(seat.devices)),
        "groups": _names(seat.groups),
        "skills": _levels(seat.skills),
        "places": _levels(seat.places),
    }


def agent_to_wire(agent: Agent) -> dict[str, str]:
    """An agent who signs in."""
    return {"agent": agent.agent_id, "name": agent.name, "groups": _names(agent.groups), "skills": _levels(agent.skills)}


def seat_from_wire(record: Record, ahead: int) -> Seat:
    """The seat of its hash."""
    return Seat(
        seat_id=record["seat_id"],
        state=SeatState(record["state"]),
        since=from_ms(int(record["since"]) - ahead),
        why=record["why"],
        phone=Phone(record["phone"]),
        devices=tuple(json.loads(record["devices"])),
        groups=_split(record["groups"]),
        skills=_of_levels(record["skills"]),
        agent=record["agent"],
        agent_name=record.get("agent_name", ""),
        wish=SeatState(record["wish"]) if record["wish"] else None,
        wish_why=record["wish_why"] if record["wish"] else "",
        call_id=record["call_id"],
        offer_id=record["offer_id"],
        wrap_up_until=_moment(record["wrap_until"], ahead),
    )


def seat_told(seat_id: str, event: str, told: Mapping[str, Any]) -> Seat:
    """The seat in the answer of a step that a person asked for. Raises: NotFound, Conflict: what the step said instead."""
    if "unknown" in told:
        raise NotFound("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
    if "agentless" in told:
        raise Conflict("agent_missing", f"Nobody is signed in at seat {seat_id}; an agent signs in first.", seat_id=seat_id)
    if "illegal" in told:
        state = told["illegal"]
        raise Conflict("seat_event_illegal", f"Seat {seat_id} is {state}; it cannot take the event {event}.", state=state, event=event)
    return seat_from_wire(told["seat"], told["ahead"])


def seat_not_free(seat_id: str, told: Mapping[str, Any]) -> Conflict:
    """What a step said that can give a call to a seat only where that is free."""
    state, phone = told["state"], told["phone"]
    sentence = f"Seat {seat_id} is {state} and its phone {phone}; a call can be given to a seat that is ready with an idle phone."
    return Conflict("seat_not_free", sentence, state=state, phone=phone)


def offer_from_wire(record: Mapping[str, Any], now: datetime) -> Offer:
    """The offer of a step's answer or a message; its deadline is by the clock that says `now`."""
    return Offer(
        offer_id=record["offer_id"],
        call_id=record["call_id"],
        seat_id=record["seat_id"],
        group=record["group"],
        devices=tuple(json.loads(record["devices"])),
        deadline=now + timedelta(milliseconds=record["left_ms"]),
    )


def _moment(ms: str, ahead: int) -> datetime | None:
    return from_ms(int(ms) - ahead) if ms else None


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _json(value: object) -> str:
    return _ENCODER.encode(value)


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split(",")) if names else ()


def _names(names: Iterable[str]) -> str:
    return ",".join(_name(name) for name in names)


def _levels(levels: Mapping[str, int]) -> str:
    return ",".join(f"{_name(name)}:{level}" for name, level in sorted(levels.items()))


def _of_levels(text: str) -> Skills:
    return {name: int(level) for name, _, level in (one.partition(":") for one in _split(text))}


def _name(name: str) -> str:
    """Groups, classes and skills become parts of keys, between ",", ":" and "|"."""
    if not name or set(name) & set(",:|"):
        sentence = f"{name!r} cannot name a group, a class or a skill: it is empty or holds a comma, a colon or a bar."
        raise Refused("name_not_usable", sentence, name=name)
    return name
