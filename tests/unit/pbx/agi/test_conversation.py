import pytest

from pbx.agi.conversation import STOPPED, Answered, Conversation, HungUp, OutOfTurn, Standing
from pbx.agi.lines import Command
from pbx.agi.wire import Broken, Env, Reply

ENV = b"agi_network: yes\n\n"
QUICK = Command(b"NOOP\n", "NOOP")
PROMPT = Command(b'STREAM FILE "welcome" ""\n', "STREAM FILE", deadline_s=None, stoppable=True)
DIAL = Command(b'EXEC "Dial" "PJSIP/8001"\n', "EXEC", deadline_s=None)
DONE = Answered(Reply(200, "0"))


def a_conversation(command: Command | None = None) -> Conversation:
    """One whose environment is in, with this command under way."""
    conversation = Conversation("5f0c")
    conversation.receive(ENV)
    if command is not None:
        conversation.begin(command)
    return conversation


def token(conversation: Conversation) -> bytes:
    """Asterisk's answer to the newest token."""
    return b"200 result=1 (sync-5f0c-%d)\n" % conversation.tokens


def test_nothing_is_sent_before_the_environment_is_in() -> None:
    conversation = Conversation("5f0c")
    with pytest.raises(OutOfTurn):
        conversation.begin(QUICK)
    assert conversation.receive(ENV) == [Env(("agi_network: yes",))]
    assert conversation.begin(QUICK) == b"NOOP\n"


def test_a_reply_ends_a_command_and_lets_the_next_one_in() -> None:
    conversation = a_conversation(QUICK)
    with pytest.raises(OutOfTurn, match="EXEC was to be sent while the connection was AWAITING"):
        conversation.begin(DIAL)
    assert conversation.receive(b"200 result=0\n") == [DONE]
    assert conversation.ready


def test_only_a_prompt_can_be_stopped() -> None:
    assert a_conversation(PROMPT).stoppable
    assert not a_conversation(DIAL).stoppable
    assert not a_conversation().stoppable


def test_a_stopped_prompt_is_never_answered() -> None:
    conversation = a_conversation(PROMPT)
    assert conversation.resync() == b'GET FULL VARIABLE "sync-5f0c-1"\n'
    assert not conversation.stoppable
    assert conversation.receive(token(conversation)) == [Answered(STOPPED)]
    assert conversation.ready


def test_a_prompt_that_ended_just_before_it_was_stopped_keeps_its_reply() -> None:
    conversation = a_conversation(PROMPT)
    conversation.resync()
    assert conversation.receive(b"200 result=49 endpos=800\n") == [Answered(Reply(200, "49", text="endpos=800"))]
    assert not conversation.ready
    assert conversation.receive(token(conversation)) == []
    assert conversation.ready


def test_a_token_asterisk_did_not_see_is_sent_again_and_only_the_newest_counts() -> None:
    conversation = a_conversation(PROMPT)
    conversation.resync()
    first = token(conversation)
    assert conversation.nudge() == b'GET FULL VARIABLE "sync-5f0c-2"\n'
    assert conversation.receive(first) == []
    assert conversation.receive(token(conversation)) == [Answered(STOPPED)]


def test_a_hangup_is_told_once_wherever_it_comes() -> None:
    for command in (None, QUICK, PROMPT, DIAL):
        conversation = a_conversation(command)
        assert conversation.receive(b"HANGUP\nHANGUP\n") == [HungUp()]
        assert conversation.receive(b"HANGUP\n") == []
        assert conversation.dead


def test_a_hangup_right_behind_a_reply_comes_after_it() -> None:
    conversation = a_conversation(DIAL)
    assert conversation.receive(b"200 result=-1\nHANGUP\n") == [Answered(Reply(200, "-1")), HungUp()]


def test_a_command_refused_on_a_dead_channel_tells_the_hangup_too() -> None:
    conversation = a_conversation(PROMPT)
    reply = Reply(511, text="Command Not Permitted on a dead channel or intercept routine")
    assert conversation.receive(b"511 " + reply.text.encode() + b"\n") == [Answered(reply), HungUp()]


@pytest.mark.parametrize("stray", [b"200 result=1\n", b"root)\n", b"agi_extension: 12345\n", b"200 result=1 (sync-5f0c-1)\n"])
def test_what_nobody_asked_for_is_dropped_and_puts_the_connection_in_doubt(stray: bytes) -> None:
    conversation = a_conversation()
    assert conversation.receive(stray) == []
    assert conversation.strays == 1
    assert not conversation.ready
    conversation.resync()
    assert conversation.receive(token(conversation)) == []
    assert conversation.ready


def test_noise_behind_a_reply_puts_the_next_command_off_until_we_are_in_step() -> None:
    conversation = a_conversation(QUICK)
    assert conversation.receive(b"200 result=1 (a)\n(forged\n") == [Answered(Reply(200, "1", value="a"))]
    with pytest.raises(OutOfTurn):
        conversation.begin(QUICK)


def test_noise_while_getting_back_in_step_is_the_past() -> None:
    conversation = a_conversation(PROMPT)
    conversation.resync()
    assert conversation.receive(b"noise\n" + token(conversation)) == [Answered(STOPPED)]
    assert conversation.ready


def test_nothing_is_sent_once_it_is_not_agi_any_more() -> None:
    conversation = Conversation("5f0c")
    (broken,) = conversation.receive(b"GET / HTTP/1.1\r\n")
    assert isinstance(broken, Broken)
    assert conversation.standing is Standing.OVER
    with pytest.raises(OutOfTurn):
        conversation.begin(QUICK)
    with pytest.raises(OutOfTurn):
        conversation.resync()
