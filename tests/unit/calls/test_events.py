"""The list of facts: whoever adds one is told where he forgot it."""

import calls.events
from calls.events import KINDS, Event


def test_every_fact_is_listed() -> None:
    facts = {fact for fact in vars(calls.events).values() if isinstance(fact, type) and issubclass(fact, Event)}
    assert set(KINDS.values()) == facts - {Event}
    assert {fact.kind for fact in Event.__subclasses__()} == set(KINDS)
    assert all(KINDS[kind].kind == kind for kind in KINDS)


def test_facts_of_one_moment_have_happened_in_the_order_of_a_call() -> None:
    order = list(KINDS)
    story = ["arrived", "identified", "queued", "offered", "offer_ended", "answered", "recording_started", "consult_started", "held"]
    story += ["seat_left", "rated", "ended", "recording_finished"]
    assert sorted(story, key=order.index) == story
