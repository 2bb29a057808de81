"""What must hold in Redis after every step, read from its keys alone."""

import json
from collections import defaultdict
from dataclasses import dataclass

import redis

from routing.waiting import Rules
from seats.state import ON_DUTY

BOUND = {"reserved", "talking", "wrap_up"}
ANSWERED = {"talking", "talking_in_room", "consult", "three_way", "held", "transferred", "outside", "after"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """One hotline's keys, without their common beginning."""

    hashes: dict[str, dict[str, str]]
    zsets: dict[str, dict[str, float]]
    sets: dict[str, set[str]]
    counts: dict[str, str]
    facts: list[str]

    def ids(self, kind: str) -> list[str]:
        return sorted(key.partition(":")[2] for key in self.hashes if key.startswith(kind + ":"))

    def seats(self) -> dict[str, dict[str, str]]:
        return {seat_id: self.hashes["seat:" + seat_id] for seat_id in self.ids("seat")}

    def calls(self) -> dict[str, dict[str, str]]:
        return {call_id: self.hashes["call:" + call_id] for call_id in self.ids("call")}

    def refused(self, call_id: str) -> dict[str, str]:
        return self.hashes.get("refused:" + call_id, {})

    def some(self, kind: str) -> dict[str, set[str]]:
        """The members of all zsets or sets of a kind: "ready", "duty", "wait", "lines", "owned"."""
        found = {**self.zsets, **self.sets}
        return {key.partition(":")[2]: set(found[key]) for key in found if key.startswith(kind + ":")}


def dump(client: "redis.Redis", hotline: str) -> Dump:
    prefix = f"zhida:{{{hotline}}}:"
    keys = sorted(client.scan_iter(match=prefix.replace("{", "[{]") + "*", count=1000))
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.type(key)
    read = {"hash": "hgetall", "set": "smembers", "string": "get"}
    types = pipeline.execute()
    for key, kind in zip(keys, types, strict=True):
        if kind == "zset":
            pipeline.zrange(key, 0, -1, withscores=True)
        elif kind == "stream":
            pipeline.xrange(key)
        else:
            getattr(pipeline, read[kind])(key)
    found: dict[str, dict[str, object]] = defaultdict(dict)
    for key, kind, value in zip(keys, types, pipeline.execute(), strict=True):
        found[kind][key.removeprefix(prefix)] = dict(value) if kind == "zset" else value
    events = found["stream"].get("events", [])
    facts = [fields["document"] for _, fields in events]  # type: ignore[attr-defined]
    return Dump(hashes=found["hash"], zsets=found["zset"], sets=found["set"], counts=found["string"], facts=facts)  # type: ignore[arg-type]


def check_invariants(held: Dump, rules: Rules) -> None:
    """Every rule of routing/waiting.py, and that every index says what the hashes say."""
    one_call_a_seat(held)
    one_offer_a_call(held)
    every_reservation_has_a_lease(held)
    nobody_waits_for_an_idle_seat(held, rules)
    who_awaits_a_seat_awaits_a_busy_one(held)
    nobody_waits_for_a_group_without_anybody(held, rules)
    every_wait_has_its_timer(held)
    one_seat_an_agent(held)
    indexes_agree(held)


def one_call_a_seat(held: Dump) -> None:
    calls = held.calls()
    for seat_id, seat in held.seats().items():
        assert bool(seat["call_id"]) == (seat["state"] in BOUND), seat
        assert bool(seat["offer_id"]) == (seat["state"] == "reserved"), seat
        call = calls.get(seat["call_id"], {})
        if seat["state"] in {"reserved", "talking"} and call.get("second") == seat_id:
            assert call["state"] in ANSWERED
            assert call["seat_id"] != seat_id
            assert seat["state"] == "talking" or seat["offer_id"] == call["second_leg"]
            continue
        if seat["state"] == "reserved":
            call = calls[seat["call_id"]]
            assert (call["state"], call["seat_id"], call["offer_id"]) == ("offered", seat_id, seat["offer_id"])
        if seat["state"] == "talking":
            assert calls[seat["call_id"]]["seat_id"] == seat_id
            assert calls[seat["call_id"]]["state"] in ANSWERED


def one_offer_a_call(held: Dump) -> None:
    seats = held.seats()
    for call_id, call in held.calls().items():
        assert bool(call["offer_id"]) == (call["state"] == "offered"), call
        assert bool(call["parked"]) <= (call["state"] not in ANSWERED), call
        assert bool(call["seat_id"]) <= (call["state"] in ANSWERED | {"offered"}), call
        if call["seat_id"]:
            seat = seats[call["seat_id"]]
            assert seat["call_id"] == call_id
            assert seat["state"] == ("reserved" if call["state"] == "offered" else "talking")
    seconds = {call["second"]: call_id for call_id, call in held.calls().items() if call.get("second")}
    for seat_id, call_id in seconds.items():
        assert seats[seat_id]["call_id"] == call_id, "a second seat that serves another call"
    serving = [
        seat["call_id"] for seat_id, seat in seats.items() if seat["state"] in {"reserved", "talking"} and seat_id not in seconds
    ]
    assert len(serving) == len(set(serving)), "two seats for one call"


def every_reservation_has_a_lease(held: Dump) -> None:
    offered = {f"lease:{call_id}" for call_id, call in held.calls().items() if call["state"] == "offered"}
    assert offered == {name for name in held.zsets.get("timers", {}) if name.startswith("lease:")}


def nobody_waits_for_an_idle_seat(held: Dump, rules: Rules) -> None:
    idle = {seat_id: seat for seat_id, seat in held.seats().items() if seat["state"] == "ready" and seat["phone"] == "idle"}
    ready: dict[str, int] = defaultdict(int)
    for seat in idle.values():
        for group in seat["groups"].split(","):
            ready[group] += 1
    kept = dict(rules.kept_back)
    for call_id, call in held.calls().items():
        if call["state"] != "waiting" or call["parked"]:
            continue
        for seat_id, seat in idle.items():
            serves = set(call["open"].split(",")) & set(seat["groups"].split(","))
            able = enough(seat["skills"], call["want"]) and call["awaits"] in ("", seat_id)
            room = call["caller_class"] in rules.kept_for or all(
                not kept.get(group) or ready[group] > kept[group] for group in seat["groups"].split(",")
            )
            assert not (serves and able and room and seat_id not in held.refused(call_id)), f"{call_id} waits, {seat_id} is idle"


def one_seat_an_agent(held: Dump) -> None:
    seats = held.seats()
    assert held.hashes.get("agents", {}) == {seat["agent"]: seat_id for seat_id, seat in seats.items() if seat["agent"]}
    for seat in seats.values():
        assert not (seat["agent"] and seat["state"] == "logged_out"), seat
        assert seat["groups"] == (seat["agent_groups"] or seat["own_groups"]), seat
        assert seat["skills"] == (seat["agent_skills"] or seat["own_skills"]), seat


def who_awaits_a_seat_awaits_a_busy_one(held: Dump) -> None:
    seats, timers = held.seats(), held.zsets.get("timers", {})
    awaiting = {call_id: call["awaits"] for call_id, call in held.calls().items() if call["awaits"]}
    assert {call_id: seat_id for seat_id, seat in seats.items() if (call_id := seat["awaited_by"])} == awaiting
    assert {f"await:{call_id}" for call_id in awaiting} == {name for name in timers if name.startswith("await:")}
    for call_id, seat_id in awaiting.items():
        call, seat = held.calls()[call_id], seats[seat_id]
        assert (call["state"], call["parked"], call["preferred"]) == ("waiting", "", seat_id)
        assert on_duty(seat)
        assert (seat["state"], seat["phone"]) != ("ready", "idle"), f"{call_id} awaits {seat_id}, which is free"
        assert (seat["leaving"], seat["wish"] in {"", "ready"}) == ("", True)
        assert names(call["open"]) & names(seat["groups"])
        assert enough(seat["skills"], call["want"])


def nobody_waits_for_a_group_without_anybody(held: Dump, rules: Rules) -> None:
    timers = held.zsets.get("timers", {})
    for call_id, call in held.calls().items():
        if not rules.skip_empty_groups or not call["line"] or not rungs_left(call):
            continue
        served = any(
            on_duty(seat) and names(call["open"]) & names(seat["groups"]) and enough(seat["skills"], call["want"])
            for seat in held.seats().values()
        )
        assert served or f"empty:{call['line']}" in timers, f"nobody on duty serves {call_id}, and its next rung does not open"


def every_wait_has_its_timer(held: Dump) -> None:
    timers = held.zsets.get("timers", {})
    for call_id, call in held.calls().items():
        if call["state"] in {"waiting", "offered"}:
            assert (f"rung:{call_id}" in timers) == rungs_left(call)
            assert (f"retry:{call_id}" in timers) == bool(held.refused(call_id))
        seconds = held.seats().get(call.get("second", ""), {})
        assert (f"second:{call_id}" in timers) == (seconds.get("state") == "reserved")
    for seat_id, seat in held.seats().items():
        assert (f"wrap:{seat_id}" in timers) == (seat["state"] == "wrap_up")
        assert (f"heal:{seat_id}" in timers) <= (seat["state"] == "unreachable")
        assert (f"away:{seat_id}" in timers) <= (seat["state"] == "away")
    for name in timers:
        kind, _, of = name.partition(":")
        if kind == "empty":
            assert of.partition("|")[2].endswith("+")
        else:
            assert kind == "engine" or of in (held.calls() if kind in {"rung", "retry", "lease", "await", "second"} else held.seats())


def indexes_agree(held: Dump) -> None:
    seats, calls = held.seats(), held.calls()
    assert set(held.zsets.get("seats", {})) == set(seats)
    assert {call_id: str(int(rank)) for call_id, rank in held.zsets.get("calls", {}).items()} == {
        call_id: call["rank_ms"] for call_id, call in calls.items()
    }
    assert not set(held.some("refused")) - set(calls)
    seat_indexes_agree(held)
    call_indexes_agree(held)


def on_duty(seat: dict[str, str]) -> bool:
    return seat["state"] in ON_DUTY and (seat["state"], seat["phone"]) != ("wrap_up", "unreachable")


def names(joined: str) -> set[str]:
    return set(filter(None, joined.split(",")))


def rungs_left(call: dict[str, str]) -> bool:
    return int(call["opened"]) < len(json.loads(call["ladder"]))


def numbers(joined: str) -> dict[str, int]:
    return {name: int(number) for name, _, number in (one.partition(":") for one in names(joined))}


def enough(skills: str, want: str) -> bool:
    return all(numbers(skills).get(skill, 0) >= least for skill, least in numbers(want).items())


def seat_indexes_agree(held: Dump) -> None:
    ready, duty, skilled, crew = defaultdict(set), defaultdict(set), defaultdict(set), defaultdict(set)
    for seat_id, seat in held.seats().items():
        wants = [want for want in ("", *held.sets.get("wants", ())) if enough(seat["skills"], want)]
        for queue in (f"{group}|{want}" for group in names(seat["groups"]) for want in wants):
            if seat["state"] == "ready" and seat["phone"] == "idle":
                ready[queue].add(seat_id)
            if on_duty(seat):
                duty[queue].add(seat_id)
        if on_duty(seat) and seat["groups"]:
            crew[seat["groups"]].add(seat_id)
        for skill in numbers(seat["skills"]):
            skilled[skill].add(seat_id)
    assert (held.some("ready"), held.some("duty"), held.some("skilled"), held.some("crew")) == (ready, duty, skilled, crew)
    assert set(crew) <= held.sets.get("crews", set())


def call_indexes_agree(held: Dump) -> None:
    wait, lines, unanswered = defaultdict(set), defaultdict(set), defaultdict(set)
    for call_id, call in held.calls().items():
        if call["state"] not in ANSWERED:
            unanswered[call["engine"]].add(call_id)
        stands = call["state"] == "waiting" and not call["parked"] and call["open"]
        kind = ("a" if call["awaits"] else "") + ("+" if rungs_left(call) else "")
        assert call["line"] == (f"{call['open']}|{call['caller_class']}|{call['want']}|{kind}" if stands else "")
        if stands:
            wait[call["line"]].add(call_id)
            for group in names(call["open"]):
                lines[group].add(call["line"])
    for call_id, rank in held.zsets.get("orphans", {}).items():
        orphan = held.calls()[call_id]
        assert (orphan["parked"], orphan["rank_ms"]) == ("1", str(int(rank)))
    assert (held.some("wait"), held.some("lines"), held.some("unanswered")) == (wait, lines, unanswered)
