"""Nobody could be had: the ticket is left to the department, with what was tried, and the caller is told."""

from collections.abc import Iterator

from calls.clock import Clock
from calls.errors import Conflict, PbxFault, Refused
from calls.events import DepartmentAssigned
from conference.errand import AttemptState, Errand
from conference.errand_store import IN_CONFERENCE, revise_errand
from conference.legs import Legs
from conference.telling import TICKET
from routing.live_call import live_call
from routing.waiting import CallState, LiveCall, WaitingRoom

_SERVED = frozenset({CallState.TALKING, *IN_CONFERENCE})
_ON_MUSIC = frozenset({CallState.HELD, CallState.CONSULT})
LONGEST_SUMMARY = 2000


class DepartmentTickets:
    """Leaves a call's ticket to a department. The attempts stand in the call's record, and so in its ticket, already."""

    def __init__(self, *, waiting: WaitingRoom, legs: Legs, clock: Clock) -> None:
        self._waiting = waiting
        self._legs = legs
        self._clock = clock

    async def leave(
        self, call_id: str, *, department: str = "", summary: str = "", by: str = "", tell_caller: bool = True
    ) -> DepartmentAssigned:
        """From now on the call's ticket is the department's; without one named, that of the latest hunt. Said again, it is made anew.

        A hunt that goes on is not ended by it. The caller hears a prompt, wherever he is: in place of his music, or in the talk, where
        everybody hears it, so that nobody speaks into it.

        Raises: NotFound: no such call. Conflict: it is not served. Refused: no department is named, and none was asked. StoreFault.
        """
        call = await live_call(self._waiting, call_id)
        if call.state not in _SERVED:
            raise Conflict("call_not_served", f"Call {call_id} is {call.state}; a ticket can be left while it is served.", state=call.state)
        asked = [attempt.department for attempt in Errand.from_json(call.errand).hunt]
        department = department or next(iter(asked), "")
        if not department:
            sentence = f"No specialist was asked for in call {call_id}; name the department that the ticket is for."
            raise Refused("department_not_named", sentence, field="department")
        told = tell_caller and await self._tell(call)
        fact = DepartmentAssigned(
            call_id=call_id, at=self._clock.now(), department=department, summary=summary[:LONGEST_SUMMARY], by=by, told=told
        )
        await self._waiting.record([fact])
        return fact

    async def _tell(self, call: LiveCall) -> bool:
        """Whether he is being told: by the engine that holds his line, which plays his music; else by whispers."""
        if call.state in _ON_MUSIC and call.errand and await revise_errand(self._waiting, call.call_id, _owing):
            return True
        try:
            await self._legs.say_to_all(list(_talking(call)), [TICKET])
        except (PbxFault, Refused):
            return False
        return True


def _talking(call: LiveCall) -> Iterator[str]:
    """The caller's leg, whose uniqueid is the call's, and where he is not on music those of all whom he talks with."""
    yield call.call_id
    if call.state in _ON_MUSIC:
        return
    if call.seat_leg:
        yield call.seat_leg
    for attempt in Errand.from_json(call.errand).attempts:
        if attempt.state is AttemptState.JOINED:
            yield attempt.attempt_id


def _owing(call: LiveCall, errand: Errand) -> Errand | None:
    return errand.owing(TICKET) if call.state in _ON_MUSIC and errand.attempts else None
