"""What the machine draws from, and what it compares."""

import json
import time
from typing import Any

import redis
from hypothesis import strategies as st

from routing.waiting import Offer, Rules, Rung, Strategy
from seats.agents import Agent
from seats.state import SeatState
from tests.unit.store.redis.builders import MORNING, levels
from tests.unit.store.redis.invariants import Dump
from tests.unit.store.redis.model import Model
from tests.unit.store.redis.model_state import ModelCall

GROUPS = ("priority", "qilai", "general")
SEATS = ("8001", "8002", "8003", "8004")
ENGINES = ("a", "b")
groups = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique=True).map(tuple)
skills = st.sampled_from(["", "", "", "tax:2", "english:1", "english:3 tax:1", "tax:5"]).map(levels)
wants = st.sampled_from([""] * 6 + ["tax:1", "tax:3", "english:2", "english:1 tax:1"]).map(levels)
limits = st.sampled_from([None] * 4 + ["", "tax:1", "english:1"]).map(lambda limit: None if limit is None else levels(limit))
ladders = st.lists(
    st.builds(Rung, group=st.sampled_from(GROUPS), after_s=st.sampled_from([0.0, 0.0, 4.0, 8.0, 20.0]), wants=limits), max_size=2
).flatmap(lambda rest: st.sampled_from(GROUPS).map(lambda first: (Rung(group=first, after_s=0.0), *rest)))
places = st.permutations(range(4))
definitions = st.tuples(st.lists(st.tuples(groups, skills), min_size=2, max_size=4), places)
AGENTS = (
    Agent(agent_id="101", name="某甲"),
    Agent(agent_id="102", name="某乙", groups=("general",)),
    Agent(agent_id="103", name="某丙", skills={"tax": 3}),
)
whoever = st.sampled_from([("051588880001", ""), ("051588880002", ""), ("051588880003", "e1"), ("051588880004", "e1"), ("", "")])
"""Number and enterprise."""
picks = st.integers(min_value=0, max_value=59)
callers = st.sampled_from(["public", "public", "project", "key_enterprise"])
BONUS_MS = {"public": 0, "project": 60_000, "key_enterprise": 120_000}
rule_sets = st.builds(
    Rules,
    ring_s=st.just(15.0),
    wrap_up_s=st.sampled_from([0.0, 3.0, 10.0]),
    wrap_up_longest_s=st.sampled_from([10.0, 15.0]),
    away_after_missed=st.booleans(),
    away_for_s=st.sampled_from([0.0, 0.0, 4.0]),
    agent_required=st.sampled_from([False, False, True]),
    retry_s=st.sampled_from([2.0, 5.0]),
    refusal_s=st.sampled_from([3.0, 30.0]),
    kept_back=st.sampled_from([(), (("priority", 1),), (("qilai", 1), ("general", 2))]),
    strategies=st.sampled_from(
        [
            (),
            (("priority", Strategy.FEWEST_CALLS), ("qilai", Strategy.FEWEST_CALLS)),
            (("priority", Strategy.IN_ORDER), ("general", Strategy.FEWEST_CALLS)),
        ]
    ),
    preferred_s=st.sampled_from([0.0, 30.0, 600.0]),
    preferred_wait_s=st.sampled_from([0.0, 5.0, 25.0]),
    skip_empty_groups=st.booleans(),
)


def offer_of(call: ModelCall) -> Offer:
    return Offer(offer_id=call.offer_id, call_id=call.call_id, seat_id=call.seat_id, group=call.group, devices=(), deadline=MORNING)


def calls_held(held: Dump) -> dict[str, Any]:
    return {
        call_id: {
            "state": call["state"],
            "engine": call["engine"],
            "rank": call["rank_ms"],
            "arrived": call["arrived"],
            "queued": call["queued"],
            "opened": call["opened"],
            "parked": call["parked"] == "1",
            "offer": (call["offer_id"], call["seat_id"], call["group"], call["deadline"]),
            "answered": (call["answered_offer"], call["answered"], call["seat_leg"], call["seat_channel"]),
            "errand": call["errand"],
            "refused": {seat: tuple(map(int, span.split())) for seat, span in held.refused(call_id).items()},
            "line": call["line"],
            "preferred": (call["preferred"], call["awaits"]),
            "second": (call.get("second", ""), call.get("second_leg", ""), call.get("inside", "")),
        }
        for call_id, call in held.calls().items()
    }


def calls_expected(model: Model) -> dict[str, Any]:
    return {
        call.call_id: {
            "state": str(call.state),
            "engine": call.engine,
            "rank": str(call.rank),
            "arrived": str(call.arrived),
            "queued": _text(call.queued),
            "opened": str(call.opened),
            "parked": call.parked,
            "offer": (call.offer_id, call.seat_id, call.group, _text(call.deadline or None)),
            "answered": (call.answered_offer, _text(call.answered), call.seat_leg, call.seat_channel),
            "errand": call.errand,
            "refused": call.refused,
            "line": call.line if call.in_line else "",
            "preferred": (call.preferred, call.awaits),
            "second": (call.second, call.second_leg, call.inside),
        }
        for call in model.calls.values()
    }


def seats_held(held: Dump) -> dict[str, Any]:
    names = ("state", "why", "phone", "wish", "call_id", "offer_id", "since", "wrap_until", "leaving", "calls", "awaited_by")
    names += ("agent", "groups", "skills")
    return {seat_id: {name: seat[name] for name in names} for seat_id, seat in held.seats().items()}


def seats_expected(model: Model) -> dict[str, Any]:
    return {
        seat.seat_id: {
            "state": str(seat.state),
            "why": seat.why,
            "phone": str(seat.phone),
            "wish": _text(seat.wish),
            "call_id": seat.call_id,
            "offer_id": seat.offer_id,
            "since": str(seat.since),
            "wrap_until": _text(seat.wrap_until),
            "leaving": "1" if seat.leaving else "",
            "calls": str(seat.calls),
            "awaited_by": seat.awaited_by,
            "agent": seat.agent.agent_id if seat.agent is not None else "",
            "groups": ",".join(seat.groups),
            "skills": ",".join(f"{skill}:{level}" for skill, level in sorted(seat.skills.items())),
        }
        for seat in model.seats.values()
    }


def measured_held(held: Dump) -> tuple[dict[str, tuple[int, int]], tuple[int, int]]:
    """How long calls take, by group, and how patient callers are."""
    service = {group: held.hashes["service:" + group] for group in held.ids("service")}
    patience = held.hashes.get("patience", {"left": "0", "waited_ms": "0"})
    by_group = {group: (int(measured["n"]), int(measured["mean_ms"])) for group, measured in service.items()}
    return by_group, (int(patience["left"]), int(patience["waited_ms"]))


def served_held(held: Dump) -> dict[str, tuple[str, int]]:
    """Caller -> the seat that served him last, and until when that counts."""
    split = {key.partition(":")[2]: text.split() for key, text in held.counts.items() if key.startswith("served:")}
    return {caller: (seat_id, int(until)) for caller, (seat_id, until) in split.items()}


def _text(value: int | SeatState | None) -> str:
    return "" if value is None else str(value)


def messages(heard: "redis.client.PubSub", expected: int) -> list[tuple[str, str, str]]:
    """What was published since it was last asked: (engine, what, of which)."""
    found: list[tuple[str, str, str]] = []
    deadline = time.monotonic() + 30
    while (len(found) < expected and time.monotonic() < deadline) or not found:
        message = heard.get_message(timeout=0.2 if expected else 0)
        if message is None and not expected:
            break
        if message is not None:
            engine = message["channel"].rpartition(":")[2]
            said = json.loads(message["data"])
            if "kind" in said:
                found.append((engine, said["kind"], f"{said['agent']} at {said['seat_id']}"))
            else:
                found.append((engine, "offer", said["offer"]["offer_id"]) if "offer" in said else (engine, "poke", said["poke"]))
    return found
