"""A seat, or a specialist, keys something in during a call (`AGI(agi://engine/keys)`): who it is, what it means, what is heard.

Asterisk has taken the phone out of the talk or the room meanwhile, so that nobody else hears keys or sentences. Which engine is
asked, does not matter: what a call is stands in live state.
"""

from typing import Final, Protocol

import structlog

from calls.errors import Fault, LegGone, Refused
from conference.errand import AttemptState, Errand
from conference.members import Who
from engine.acts import KeyedActs, Phone, Undone
from engine.steering import Steering, Wish, chosen
from engine.watcher import SeatPhones
from ivr.call_keys import FAULT, LEAD, SAID_BEFORE, SAYS, WRONG, KeyAct, Keyed, KeyMap, meaning, refusal
from pbx.line import AgiLine
from routing.waiting import CallState, LiveCall

log = structlog.get_logger(__name__)

KEYS_SCRIPT: Final = "keys"
"""The script's name in the dialplan's AGI()."""
_LOOK_S: Final = 0.1
_LOOKS: Final = 80  # longer than any word lasts
_OPERATIONS: Final = {
    KeyAct.ASK: "ask_specialist",
    KeyAct.JOIN: "change_conference",
    KeyAct.CONSULT: "change_conference",
    KeyAct.CANCEL: "cancel_hunt",
    KeyAct.TAKE_OUT: "take_out",
    KeyAct.LEAVE: "take_out",
    KeyAct.TRANSFER: "hand_on",
    KeyAct.ANNOUNCE: "hand_on",
    KeyAct.HOTLINE: "hand_on",
    KeyAct.COMPLETE: "complete_transfer",
    KeyAct.HAND_ON: "ask_colleague",
    KeyAct.TICKET: "leave_ticket",
}
"""What the API calls the same act, where its name is another."""


class Calls(Protocol):
    """What is asked of live state."""

    async def call(self, call_id: str) -> LiveCall | None:
        """See `WaitingRoom.call`."""
        ...


class CallKeyRoad:
    """Takes what is keyed in. `seats`, `specialists`: what they can key in."""

    def __init__(self, steering: Steering, calls: Calls, phones: SeatPhones, acts: KeyedActs) -> None:
        self.seats, self.specialists = KeyMap(), KeyMap()
        self.steering = steering
        self._calls = calls
        self._phones = phones
        self._acts = acts

    async def take(self, line: AgiLine) -> None:
        """Read the keys, do what they mean, say what came of it; then the phone is back in the talk, or where the act has put it."""
        call_id = line.arrival.call
        try:
            while sentence := await self._answered(line, call_id):
                if await _heard(line, sentence, LEAD) != LEAD:  # with it another code begins, without waiting for the sentence's end
                    break
            await line.finish()
        except LegGone:
            log.debug("keys_left", call_id=call_id)  # hung up, or moved by what it keyed in
        except Fault as fault:
            log.error("keys_given_up", call_id=call_id, code=fault.code, why=fault.sentence)

    async def _answered(self, line: AgiLine, call_id: str) -> str:
        """Read one code and do it; the sentence that is still to be heard, "" where there is none."""
        try:
            call = await self._calls.call(call_id)
            who = self._who(line, call) if call is not None else None
            if call is None or who is None:
                log.warning("keys_of_nobody", call_id=call_id, channel=line.channel)
                return ""
            keyed, pressed = await _read(line, self.seats if who.kind == "seat" else self.specialists)
            if keyed.wrong is not None:
                log.info("keys_meant_nothing", call_id=call_id, member=who.kind, why=keyed.wrong)
                return WRONG[keyed.wrong]
            return await self._done(line, call, who, keyed, pressed)
        except LegGone:
            raise
        except Refused as refused:
            log.info("keys_refused", call_id=call_id, code=refused.code, why=refused.sentence)
            return refusal(refused.code)
        except Fault as fault:
            log.error("keys_failed", call_id=call_id, code=fault.code, why=fault.sentence)
            return FAULT

    async def _done(self, line: AgiLine, call: LiveCall, who: Who, keyed: Keyed, pressed: str) -> str:
        call = await self._calls.call(call.call_id) or call  # keying in takes seconds
        act = chosen(keyed.acts, call)
        phone = line.channel.rpartition("-")[0].removeprefix("PJSIP/") if who.kind == "seat" else who.id
        by = Phone(kind=who.kind, name=phone, seat_id=who.id if who.kind == "seat" else "")
        what, subject = _OPERATIONS.get(act, act), f"calls/{call.call_id}"
        before = act in SAID_BEFORE or (act is KeyAct.MUTE and call.state is CallState.TALKING)  # the two go into the room
        async with self._acts.noted(by, what, subject, call_id=call.call_id, act=act, keyed=LEAD + pressed) as undone:
            do = await self.steering.ready(Wish(act=act, number=keyed.number, call=call, who=who, by=by.who))
            if before:
                await _said(line, SAYS[act], undone)
            await do()
        log.info("keys_obeyed", call_id=call.call_id, act=act, by=by.who)
        return "" if before else SAYS[act]

    def _who(self, line: AgiLine, call: LiveCall) -> Who | None:
        """The seat of the call, at whichever Asterisk its phone is, or a specialist in it."""
        if call.seat_id and (line.uniqueid == call.seat_leg or self._phones.seat_of(line.channel) == call.seat_id):
            return Who(kind="seat", leg=call.seat_leg, id=call.seat_id)
        attempt = Errand.from_json(call.errand).find(line.uniqueid)
        if attempt is None or attempt.state not in (AttemptState.RINGING, AttemptState.JOINED):
            return None
        return Who(kind="specialist", leg=attempt.attempt_id, id=attempt.specialist_id)


async def _heard(line: AgiLine, sentence: str, keys: str = "") -> str:
    """The sentence, behind the word that is said to this phone meanwhile; one of these keys that was pressed, else ""."""
    for _ in range(_LOOKS):
        if not await line.is_told():
            break
        if (key := await line.key(_LOOK_S)) and key in keys:
            return key
    return await line.play(sentence, keys)


async def _said(line: AgiLine, sentence: str, undone: Undone) -> None:
    try:
        await _heard(line, sentence)
    except LegGone as gone:  # he hung up before it was done
        undone.came_of = gone.code
        raise


async def _read(line: AgiLine, keys: KeyMap) -> tuple[Keyed, str]:
    """What is keyed in, key by key, and the keys."""
    pressed = ""
    while True:
        key = await line.key(keys.next_s)
        pressed += key
        keyed = meaning(pressed, keys, over=not key)
        if keyed is not None:
            return keyed, pressed
