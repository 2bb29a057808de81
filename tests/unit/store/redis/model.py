"""What the Lua must do, said plainly: lists and loops, no index, every rule where it can be read. The oracle of the steps.

Times are hotline time in ms. Where a choice is to be made between equals, ids decide, as they do in Redis.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from calls.events import to_ms
from routing.expected import Told
from routing.waiting import CallState, LiveCall, OfferOutcome, Rules
from seats.seat import Phone, SeatDefinition
from seats.state import DEFERRED, TRANSITIONS, SeatEvent, SeatState
from tests.unit.store.redis import model_agents as agents
from tests.unit.store.redis import model_matching as matching
from tests.unit.store.redis.model_state import ANSWERED, BOUND, C, ModelCall, ModelSeat, S, able, ms

E = SeatEvent


class Model:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.now = 0
        self.ahead = 0
        self.seats: dict[str, ModelSeat] = {}
        self.calls: dict[str, ModelCall] = {}
        self.engines: dict[str, int] = {}
        self.timers: dict[str, int] = {}
        self.ended: set[str] = set()
        self.supervised: dict[str, str] = {}
        self.facts: list[Mapping[str, Any]] = []
        self.said: list[tuple[str, str, str]] = []
        self.service: dict[str, tuple[int, int]] = {}
        self.patience = (0, 0)
        self._offers = 0
        self._made: list[tuple[ModelCall, str]] = []
        self.pokes: dict[str, str] = {}
        self.waiting: list[ModelCall] = []
        self.freed: list[ModelSeat] = []
        self.given_up: list[str] = []
        self.vacated: set[str] = set()
        self.served: dict[str, tuple[str, int]] = {}

    def at(self, wall: int) -> None:
        if not self.now:
            self.now = wall
        if wall + self.ahead < self.now:
            self.ahead = self.now - wall
        self.now = wall + self.ahead

    # what follows of a step

    def fact(self, kind: str, call_id: str, **fields: object) -> None:
        self.facts.append({"kind": kind, "call_id": call_id, "at": self.now - self.ahead, **fields})

    def may_take(self, call: ModelCall, seat: ModelSeat) -> bool:
        """The rule itself, but for the states of the two."""
        if seat.seat_id in call.refused or not able(seat, call) or call.awaits not in ("", seat.seat_id):
            return False
        if call.given.caller_class in self.rules.kept_for:
            return True
        kept = dict(self.rules.kept_back)
        return all(len(self.ready(group)) > kept[group] for group in seat.groups if kept.get(group, 0) > 0)

    def ready(self, group: str) -> Sequence[ModelSeat]:
        """As the group's strategy has them."""
        listed = [seat for seat in self.seats.values() if group in seat.groups and self.listed(seat)]
        return sorted(listed, key=lambda seat: (seat.scores.get(group, (0, 0)), seat.seat_id))

    def listed(self, seat: ModelSeat) -> bool:
        return seat.idle and not any(seat is freed for freed in self.freed)

    def call_for(self, seat: ModelSeat) -> bool:
        calls = [call for call in self.calls.values() if call.waits and self.may_take(call, seat)]
        if calls:
            call = min(calls, key=lambda call: call.order)
            self.offer(call, seat, next(group for group in call.open if group in seat.groups))
        return bool(calls)

    def offer(self, call: ModelCall, seat: ModelSeat, group: str) -> None:
        self._offers += 1
        offer_id = f"{self.now}-{self._offers}"
        matching.leave_line(self, call)
        self.advance(seat, E.OFFERED, f"rung for call {call.call_id}")
        seat.call_id, seat.offer_id = call.call_id, offer_id
        call.state, call.offer_id, call.seat_id, call.group = C.OFFERED, offer_id, seat.seat_id, group
        call.deadline = self.now + ms(self.rules.ring_s)
        self.timers[f"lease:{call.call_id}"] = call.deadline + ms(self.rules.lease_margin_s)
        self.fact("offered", call.call_id, offer_id=offer_id, seat_id=seat.seat_id, group=group)
        self._made.append((call, offer_id))

    def done(self, engine: str = "", own_call: str = "") -> ModelCall | None:
        """The end of a step: settle, tell the engines, and give the call whose offer the step returns."""
        matching.settle(self)
        returned = None
        for call, offer_id in self._made:
            if call.offer_id != offer_id:
                continue
            self.pokes.pop(call.call_id, None)
            if call.call_id == own_call and call.engine == engine:
                returned = call
            else:
                self.said.append((call.engine, "offer", call.offer_id))
        self.said += [(engine_id, "poke", call_id) for call_id, engine_id in self.pokes.items()]
        self._made, self.pokes = [], {}
        return returned

    # seats

    def advance(self, seat: ModelSeat, event: SeatEvent, why: str) -> bool:
        to = TRANSITIONS[seat.state].get(event)
        if to is None:
            return False
        nobody = seat.deserted and seat.wish is S.LOGGED_OUT
        if to is S.WRAP_UP and (nobody or self.rules.wrap_up_s == 0):
            to = S.READY
        wish = None if event in DEFERRED else seat.wish
        if wish is not None and to in (S.READY, S.AWAY):
            to, why = (to, why) if wish is S.READY else (wish, seat.wish_why)
            wish = None
        if to is S.READY and seat.phone is Phone.UNREACHABLE:
            to, why = S.UNREACHABLE, "its phone is not registered"
        self._enter(seat, to, why, wish)
        return True

    def _enter(self, seat: ModelSeat, to: SeatState, why: str, wish: SeatState | None) -> None:
        served = seat.on_duty
        if seat.idle:
            self.timers.pop(f"day:{seat.seat_id}", None)
        if to is not seat.state:
            seat.since = self.now
            self._set_timers(seat, to)
        self._note_service(seat, to)
        seat.wrap_until = self.now + ms(self.rules.wrap_up_s) if to is S.WRAP_UP else None
        seat.state, seat.why, seat.wish = to, why, wish
        self._note_duty(seat, served)
        if to is S.LOGGED_OUT:
            agents.leave(self, seat)
            seat.deserted = False
        if to is not S.RESERVED:
            seat.offer_id = ""
        if to not in BOUND:
            seat.call_id = ""
            if seat.leaving:
                self._forget(seat)
                return
        if seat.idle:
            self.freed.append(seat)

    def _note_duty(self, seat: ModelSeat, served: bool) -> None:
        if served and not seat.on_duty:
            self.vacate(seat)

    def vacate(self, seat: ModelSeat) -> None:
        self.vacated |= set(seat.groups)
        matching.give_up(self, seat)

    def _note_service(self, seat: ModelSeat, to: SeatState) -> None:
        """A seat's time for a call: from its offer until it is free of it."""
        if to is S.RESERVED:
            seat.took_at = self.now
        if to in BOUND or not seat.took_for:
            return
        calls, mean = self.service.get(seat.took_for, (0, 0))
        calls = min(calls + 1, 50)
        self.service[seat.took_for] = (calls, mean + math.floor((min(self.now - seat.took_at, 3_600_000) - mean) / calls + 0.5))
        seat.took_for = ""

    def _note_patience(self, call: ModelCall, *, left: bool) -> None:
        assert call.queued is not None
        gone, waited = (math.floor(figure * 0.998) for figure in self.patience)
        self.patience = (gone + 1000 * left, waited + self.now - call.queued)

    def _set_timers(self, seat: ModelSeat, to: SeatState) -> None:
        lasts_s = {
            "wrap": self.rules.wrap_up_s if to is S.WRAP_UP else 0,
            "heal": self.rules.unreachable_s if to is S.UNREACHABLE else 0,
            "away": self.rules.away_for_s if to is S.AWAY else 0,
        }
        for kind, seconds in lasts_s.items():
            self.timers.pop(f"{kind}:{seat.seat_id}", None)
            if seconds:
                self.timers[f"{kind}:{seat.seat_id}"] = self.now + ms(seconds)

    def keep_wish(self, seat: ModelSeat, wish: SeatState, why: str) -> None:
        seat.wish, seat.wish_why = wish, why
        if not seat.merely_busy:
            matching.give_up(self, seat)

    def _forget(self, seat: ModelSeat) -> None:
        agents.leave(self, seat)
        self.vacate(seat)
        for kind in ("day", "wrap", "heal", "away"):
            self.timers.pop(f"{kind}:{seat.seat_id}", None)
        del self.seats[seat.seat_id]

    def define(self, seats: Sequence[SeatDefinition]) -> None:
        for given in seats:
            seat = self.seats.setdefault(given.seat_id, ModelSeat(given.seat_id, since=self.now))
            seat.devices, seat.own, seat.leaving = given.devices, (given.groups, given.skills), False
            changed = agents.serve(self, seat, given.places)
            if changed and seat.idle:
                self.freed.append(seat)
        self.done()
        for seat in [seat for seat in self.seats.values() if seat.seat_id not in {given.seat_id for given in seats}]:
            if seat.state in BOUND:
                seat.leaving = True
                matching.give_up(self, seat)
            else:
                self._forget(seat)
        self.done()

    def ask(self, seat_id: str, event: SeatEvent, why: str) -> bool:
        seat = self.seats[seat_id]
        if self.rules.agent_required and seat.agent is None and event is not E.LOG_OUT:
            return False
        if not self.advance(seat, event, why):
            self.keep_wish(seat, DEFERRED[event], why)
        self.done()
        return True

    def wrapped_up(self, seat_id: str, call_id: str = "") -> bool:
        seat = self.seats[seat_id]
        taken = call_id in ("", seat.call_id) and self.advance(seat, E.WRAPPED_UP, "the ticket is saved")
        self.done()
        return taken

    def phone(self, seat_id: str, phone: Phone, why: str, *, ready: bool) -> None:
        seat = self.seats[seat_id]
        before, served = seat.phone, seat.on_duty
        seat.phone = phone
        self._note_duty(seat, served)
        if phone is not before and seat.state is S.READY:
            self.timers.pop(f"day:{seat.seat_id}", None)
        if phone is Phone.UNREACHABLE and before is not phone:
            if seat.state is S.RESERVED and self.calls[seat.call_id].second == seat_id:
                self.pokes[seat.call_id] = self.calls[seat.call_id].engine
                self.release_second(self.calls[seat.call_id], E.PHONE_LOST, why)
            elif seat.state is S.RESERVED:
                self.offer_lost(self.calls[seat.call_id], "unreachable", "phone_lost", E.PHONE_LOST, why)
            else:
                self.advance(seat, E.PHONE_LOST, why)
        elif phone is not before and seat.state is S.UNREACHABLE:
            if before is Phone.UNREACHABLE or phone is Phone.IDLE:
                self.advance(seat, E.PHONE_BACK, why)
        elif phone is not before and seat.idle:
            self.freed.append(seat)
        may_be_ready = seat.agent is not None or not self.rules.agent_required
        if ready and may_be_ready and phone is not Phone.UNREACHABLE and seat.state in (S.LOGGED_OUT, S.AWAY, S.UNREACHABLE):
            self.advance(seat, E.MAKE_READY, why)
        self.done()

    # calls

    def arrive(self, given: LiveCall, facts: Iterable[Mapping[str, Any]], engine: str) -> bool:
        """True where it was known."""
        call = self.calls.get(given.call_id)
        if call is None:
            self.create(given, engine)
            self.facts += facts
        else:
            self._take(call, engine)
        self.done()
        return call is not None

    def join(
        self, given: LiveCall, facts: Iterable[Mapping[str, Any]], engine: str, seat_id: str = "", left: str = ""
    ) -> ModelCall | None:
        call = self.calls.get(given.call_id)
        waited = call is not None and call.state in (C.WAITING, C.OFFERED)
        if call is None:
            call = self.create(given, engine)
        else:
            self._take(call, engine)
        if not waited:
            self.release_seat(call)
            self.release_second(call, E.WITHDRAWN, f"call {call.call_id} waits for another seat")
            is_back = call.queued is not None
            bonus = to_ms(given.arrived) - given.rank_ms
            call.rank = call.rank if call.queued is not None else call.arrived - bonus
            call.given, call.errand = given, given.errand
            call.state, call.queued, call.opened = C.WAITING, max(call.arrived, self.taken(to_ms(given.queued))), 0
            call.answered_offer, call.answered = "", None
            call.expected, call.expected_noted, call.told, call.told_at = None, False, Told(), None
            call.preferred = "" if is_back else matching.remembered_seat(self, call)
            self.facts += facts
        call.parked = False
        matching.wait(self, call, fresh=not waited)
        if left and not waited:
            earliest = self.now + ms(self.rules.retry_s)
            call.refused[left] = (earliest, max(earliest, self.now + ms(self.rules.refusal_s)))
            self.lift(call)
        if (seat := self.seats.get(seat_id)) is not None and seat.phone is Phone.IDLE:
            self._take_for_itself(call, seat)
        return self.done(engine, call.call_id)

    def _take_for_itself(self, call: ModelCall, seat: ModelSeat) -> None:
        """The seat's own agent wants this call."""
        if seat.state in (S.PAUSED, S.WRAP_UP):
            paused, why = seat.state is S.PAUSED, seat.why
            self.advance(seat, E.MAKE_READY, "calls back")
            if paused:
                seat.wish, seat.wish_why = S.PAUSED, why
        if seat.idle and self.seats.get(seat.seat_id) is seat:
            self.offer(call, seat, seat.groups[0])

    def taken(self, engine_ms: int) -> int:
        return min(self.now, engine_ms + self.ahead)

    def create(self, given: LiveCall, engine: str) -> ModelCall:
        arrived = self.taken(to_ms(given.arrived))
        rank = arrived - (to_ms(given.arrived) - given.rank_ms)
        call = ModelCall(given.call_id, C.IVR, engine, given, arrived, rank, errand=given.errand)
        self.calls[call.call_id] = call
        self.ended.discard(call.call_id)
        return call

    def _take(self, call: ModelCall, engine: str) -> None:
        call.orphan = False
        if call.engine != engine:
            self.said.append((call.engine, "poke", call.call_id))
            call.engine = engine
        if call.state is C.OFFERED:
            self.withdraw(call, "the call came back")
        if call.state is C.WAITING:
            matching.leave_line(self, call)
            call.parked = True

    def offer_ended(
        self, call_id: str, offer_id: str, outcome: OfferOutcome, cause: str, engine: str, *, again: bool = False
    ) -> ModelCall | None:
        call = self.calls.get(call_id)
        if call is None or call.state is not C.OFFERED:
            return self.done()
        if call.offer_id != offer_id:
            self.done()
            return call
        missed = E.MISSED if self.rules.away_after_missed else E.MISSED_KEPT
        event, why = {
            OfferOutcome.DECLINED: (missed, f"declined call {call_id}"),
            OfferOutcome.EXPIRED: (missed, f"did not answer call {call_id}"),
            OfferOutcome.UNREACHABLE: (E.UNREACHED, f"could not be rung for call {call_id}: {cause}"),
            OfferOutcome.WITHDRAWN: (E.WITHDRAWN, f"call {call_id} was withdrawn: {cause}"),
        }[outcome]
        seat_id = call.seat_id
        self.close(call, outcome, cause, event, why)
        if again:
            self.lift(call)
            matching.wait(self, call)
        else:
            self.refuse(call, seat_id, lasting=outcome in (OfferOutcome.DECLINED, OfferOutcome.EXPIRED))
        return self.done(engine, call_id)

    def offer_lost(self, call: ModelCall, outcome: str, cause: str, event: SeatEvent, why: str) -> None:
        seat_id = call.seat_id
        self.close(call, outcome, cause, event, why)
        self.refuse(call, seat_id, lasting=False)
        self.pokes[call.call_id] = call.engine

    def close(self, call: ModelCall, outcome: str, cause: str, event: SeatEvent, why: str) -> None:
        self.fact("offer_ended", call.call_id, offer_id=call.offer_id, seat_id=call.seat_id, outcome=str(outcome), cause=cause)
        self.timers.pop(f"lease:{call.call_id}")
        seat = self.seats[call.seat_id]
        call.state, call.offer_id, call.seat_id, call.group, call.deadline = C.WAITING, "", "", "", 0
        self.advance(seat, event, why)

    def withdraw(self, call: ModelCall, cause: str) -> None:
        self.close(call, "withdrawn", cause, E.WITHDRAWN, f"call {call.call_id} was withdrawn: {cause}")

    def refuse(self, call: ModelCall, seat_id: str, *, lasting: bool) -> None:
        earliest = self.now + ms(self.rules.retry_s)
        call.refused[seat_id] = (earliest, max(earliest, self.now + ms(self.rules.refusal_s)) if lasting else earliest)
        self.lift(call)
        matching.wait(self, call)

    def lift(self, call: ModelCall) -> None:
        call.refused = {seat: span for seat, span in call.refused.items() if span[1] > self.now}
        lasting = {seat for seat, span in call.refused.items() if span[0] < span[1]}
        others = [
            seat
            for seat in self.seats.values()
            if seat.on_duty and able(seat, call)
        ]
        if lasting and all(seat.seat_id in lasting for seat in others):
            call.refused = {seat: span for seat, span in call.refused.items() if span[0] > self.now}
        again = [
            earliest if earliest > self.now else min(latest, self.now + ms(self.rules.retry_s))
            for earliest, latest in call.refused.values()
        ]
        self.timers.pop(f"retry:{call.call_id}", None)
        if again:
            self.timers[f"retry:{call.call_id}"] = min(again)

    def answered(self, call_id: str, offer_id: str, seat_leg: str, seat_channel: str) -> bool:
        call = self.calls.get(call_id)
        if call is None:
            return False
        if call.state in ANSWERED:
            return call.answered_offer == offer_id
        if call.state is not C.OFFERED or call.offer_id != offer_id:
            return False
        seat = self.seats[call.seat_id]
        assert call.queued is not None
        waited_s = (self.now - call.queued) / 1000
        agent = seat.agent.agent_id if seat.agent is not None else ""
        self.fact("answered", call_id, offer_id=offer_id, seat_id=seat.seat_id, group=call.group, waited_s=waited_s, agent=agent)
        self._note_patience(call, left=False)
        seat.took_for = call.group
        seat.calls, seat.calls_day = matching.calls_today(self, seat) + 1, matching.today(self).date()
        self.advance(seat, E.ANSWERED, f"on call {call_id}")
        matching.remember_seat(self, call, seat.seat_id)
        self._stop_waiting(call)
        call.state, call.parked, call.answered_offer, call.offer_id, call.answered = C.TALKING, False, offer_id, "", self.now
        call.group, call.deadline, call.seat_leg, call.seat_channel = "", 0, seat_leg, seat_channel
        self.done()
        return True

    def _stop_waiting(self, call: ModelCall) -> None:
        matching.leave_line(self, call)
        for kind in ("rung", "retry", "lease"):
            self.timers.pop(f"{kind}:{call.call_id}", None)
        call.refused = {}
        call.orphan = False

    def change(self, call_id: str, expect: CallState, state: CallState, facts: Iterable[Mapping[str, Any]], errand: str) -> bool:
        call = self.calls.get(call_id)
        if call is None or call.state is not expect:
            return False
        call.state, call.errand = state, errand
        self.facts += facts
        self.pokes[call_id] = call.engine
        self.done()
        return True

    def seat_left(self, call_id: str, seat_id: str) -> None:
        call = self.calls.get(call_id)
        if call is not None and call.seat_id == seat_id and call.state in ANSWERED:
            self.release_seat(call)
            self.pokes[call_id] = call.engine
        self.done()

    def talk_over(self, call_id: str, engine: str) -> ModelCall | None:
        call = self.calls.get(call_id)
        if call is not None and call.state is C.TALKING:
            call.state = C.AFTER
            self.release_seat(call)
            if call.engine != engine:
                self.pokes[call_id] = call.engine
        self.done()
        return call

    def release_seat(self, call: ModelCall) -> None:
        if call.state not in ANSWERED or not call.seat_id:
            return
        seat = self.seats[call.seat_id]
        self.fact("seat_left", call.call_id, seat_id=call.seat_id)
        matching.remember_seat(self, call, call.seat_id)
        call.seat_id = call.seat_leg = call.seat_channel = ""
        if seat.call_id == call.call_id:
            self.advance(seat, E.CALL_ENDED, f"call {call.call_id} ended")

    def release_second(self, call: ModelCall, event: SeatEvent, why: str) -> None:
        if not call.second:
            return
        seat, leg = self.seats.get(call.second), call.second_leg
        self.timers.pop(f"second:{call.call_id}", None)
        mine = seat is not None and seat.call_id == call.call_id and (seat.state is S.TALKING or seat.offer_id == leg)
        if seat is not None and mine and seat.state is S.TALKING:
            self.fact("seat_left", call.call_id, seat_id=call.second)
            event = E.CALL_ENDED
        call.second = call.second_leg = ""
        if seat is not None and mine:
            self.advance(seat, event, why)

    def end(self, call_id: str, reason: str, detail: str, engine: str) -> None:
        call = self.calls.get(call_id)
        if call is not None and call.state not in ANSWERED and call.engine != engine and call.engine in self.engines:
            return
        if call is not None:
            if call.state in (C.WAITING, C.OFFERED):
                self._note_patience(call, left=reason == "abandoned")
            if call.state is C.OFFERED:
                self.withdraw(call, "the caller left")
            self.release_seat(call)
            self.release_second(call, E.WITHDRAWN, f"call {call_id} ended")
            self._stop_waiting(call)
            del self.calls[call_id]
        self.supervised.pop(call_id, None)
        if call is not None or call_id not in self.ended:
            self.fact("ended", call_id, reason=reason, detail=detail)
        self.ended.add(call_id)
        self.done()

    def place(self, call_id: str) -> int | None:
        call = self.calls.get(call_id)
        if call is None or call.state not in (C.WAITING, C.OFFERED):
            return None
        return sum(1 for other in self.calls.values() if other.waits and set(other.open) & set(call.open) and other.rank < call.rank)
