"""The conference's table: every act in every state, where everybody is, and the document that is drawn from it."""

from dataclasses import replace
from pathlib import Path

import pytest

from calls.errors import Conflict
from conference.table import NEEDS_SEAT, TABLE, WHERE, Act, Happening, after, document, possible, then
from routing.waiting import CallState
from tests.unit.conference.stage import Room

CALL = Room().live


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("act", Act)
def test_every_act_in_every_state_leads_where_the_table_says_or_is_refused_in_one_sentence(state: CallState, act: Act) -> None:
    assert CALL is not None
    call = replace(CALL, state=state)
    if act in TABLE[state]:
        assert after(call, act) is TABLE[state][act]
        return
    with pytest.raises(Conflict) as refused:
        after(call, act)
    sentence = refused.value.sentence
    assert sentence.startswith(f"Call {call.call_id} is {state}")
    assert f"; {act} is possible while it is " in sentence
    assert f"Possible now: {', '.join(possible(call)) or 'nothing of a conference'}." in sentence


@pytest.mark.parametrize("act", sorted(NEEDS_SEAT))
def test_what_a_seat_asks_is_refused_where_it_has_left(act: Act) -> None:
    assert CALL is not None
    for state in CallState:
        if act in TABLE[state]:
            with pytest.raises(Conflict, match="seat has left"):
                after(replace(CALL, state=state, seat_id=""), act)


def test_every_state_says_where_everybody_is() -> None:
    assert set(WHERE) == set(TABLE) == set(CallState)


def test_nobody_but_the_caller_ends_a_call_that_is_on_music() -> None:
    for state in (CallState.HELD, CallState.CONSULT):
        assert then(state, Happening.ALL_LEFT) is CallState.TRANSFERRED


def test_what_is_seen_too_late_changes_nothing() -> None:
    assert then(CallState.AFTER, Happening.ALL_LEFT) is None


def test_the_document_is_drawn_from_the_table() -> None:
    written = Path(__file__).parents[3] / "docs" / "conference.md"
    assert written.read_text() == document(), "run: python -m conference.table > docs/conference.md"
