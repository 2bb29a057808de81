"""What `check` says of a live dialplan that is not what Zhida wrote."""

from pbx.dialplan.comparing import differences, steps_of
from pbx.dialplan.render import render
from tests.unit.pbx.dialplan.test_render import SITE

WANTED = steps_of(render(SITE)["extensions_zhida.conf"])


def test_every_step_of_the_snippet_is_read() -> None:
    assert WANTED["zhida-room", "leg", 1] == "ConfBridge(${ZHIDA_ROOM},zhida_room,zhida_member,zhida_keys)"
    assert WANTED["zhida-room", "leg", 2] == "Hangup()"
    assert WANTED["zhida-room", "target", 1] == "GotoIf($[0${CHANNEL_EXISTS(${ZHIDA_ROOM})} = 1]?recorded,1)"
    assert WANTED["zhida-number", "uri", 10] == "Set(ZHIDA_URI=${CUT(ZHIDA_URI,;,1)})"
    assert WANTED["zhida-call", "12346", 1] == "Set(CHANNEL(hangup_handler_push)=zhida-hangup,s,1)"


def test_the_same_dialplan_has_no_differences() -> None:
    assert list(differences(WANTED, dict(WANTED))) == []


def test_a_context_that_is_not_there_is_told() -> None:
    live = {step: what for step, what in WANTED.items() if step[0] != "zhida-hangup"}
    assert list(differences(WANTED, live)) == [
        "the dialplan has no context zhida-hangup: include extensions_zhida.conf and reload"
    ]


def test_a_changed_step_is_told_with_what_it_has_and_should_have() -> None:
    live = {**WANTED, ("zhida-room", "leg", 1): "Playback(tt-monkeys)"}
    [sentence] = differences(WANTED, live)
    assert sentence.startswith("zhida-room, extension leg, priority 1 has Playback(tt-monkeys); it should have ConfBridge(")


def test_a_step_too_many_is_told_once() -> None:
    live = {**WANTED, ("zhida-room", "leg", 3): "NoOp()", ("zhida-room", "leg", 4): "NoOp()"}
    assert len(list(differences(WANTED, live))) == 1


def test_an_extension_somebody_added_is_his_own_affair() -> None:
    assert list(differences(WANTED, {**WANTED, ("zhida-from-carrier", "999", 1): "Hangup()"})) == []
