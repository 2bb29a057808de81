"""Whatever happens in whatever order, a reply is the reply to the command it is given for."""

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import integers

from pbx.agi.conversation import STOPPED, Answered, Conversation, HungUp, Standing
from pbx.agi.lines import Command, line_of
from tests.unit.pbx.agi.asterisk_model import AsteriskModel


class AnEngineAndAsterisk(RuleBasedStateMachine):
    """Both ends of a connection, with bytes on the way between them that may take any time, in pieces of any size."""

    def __init__(self) -> None:
        super().__init__()
        self.asterisk = AsteriskModel(prompts=frozenset(f"p{n}" for n in range(100)))
        self.asterisk.variables = {f"V{n}": f"value-{n}" for n in range(100)}
        self.conversation = Conversation("5f0c")
        self.to_asterisk: list[bytes] = []
        self.number = 0
        self.expected: str | None = None
        self.hangups = 0

    @initialize()
    def asterisk_connects(self) -> None:
        self.conversation.receive(b"agi_network: yes\n\n")

    # ── the engine ──

    @precondition(lambda self: self.conversation.ready)
    @rule()
    def reads_a_variable(self) -> None:
        self._send("GET FULL VARIABLE", f"${{V{self.number}}}", expected=f"value-{self.number}")

    @precondition(lambda self: self.conversation.ready)
    @rule()
    def plays_a_prompt(self) -> None:
        self._send("STREAM FILE", f"p{self.number}", "", expected=f"prompt-{self.number}", stoppable=True)

    @precondition(lambda self: self.conversation.ready)
    @rule()
    def rings_a_seat(self) -> None:
        self._send("EXEC", "Dial", "PJSIP/8001", expected=f"dial-{self.number}")

    def _send(self, verb: str, *fields: str, expected: str, stoppable: bool = False) -> None:
        self.number = (self.number + 1) % 100
        self.expected = expected
        self.to_asterisk.append(self.conversation.begin(Command(line_of(verb, *fields), verb, stoppable=stoppable)))

    @precondition(lambda self: self.conversation.stoppable)
    @rule()
    def stops_it(self) -> None:
        self.to_asterisk.append(self.conversation.resync())

    @precondition(lambda self: self.conversation.standing is Standing.SYNCING)
    @rule()
    def asks_again_where_we_are(self) -> None:
        self.to_asterisk.append(self.conversation.nudge())

    # ── the wire ──

    @precondition(lambda self: self.to_asterisk)
    @rule()
    def a_line_reaches_asterisk(self) -> None:
        self.asterisk.arrives(self.to_asterisk.pop(0))

    @precondition(lambda self: self.asterisk.out)
    @rule(size=integers(1, 40))
    def bytes_reach_the_engine(self, size: int) -> None:
        data, self.asterisk.out = self.asterisk.out[:size], self.asterisk.out[size:]
        for happening in self.conversation.receive(data):
            if isinstance(happening, Answered):
                self._answered(happening)
            else:
                assert isinstance(happening, HungUp)
                self.hangups += 1

    def _answered(self, answered: Answered) -> None:
        reply = answered.reply
        assert self.expected is not None
        if self.expected.startswith("value"):
            assert reply.value == self.expected
        elif self.expected.startswith("prompt"):
            assert reply is STOPPED or reply.text.startswith("endpos") or reply.code == 511
        else:
            assert (reply.value, reply.text) == (None, "")
        self.expected = None

    # ── Asterisk ──

    @rule()
    def asterisk_takes_a_turn(self) -> None:
        self.asterisk.step()

    @rule()
    def what_runs_ends(self) -> None:
        self.asterisk.ends()

    @rule()
    def the_caller_hangs_up(self) -> None:
        self.asterisk.hanging_up = True

    # ── what always holds ──

    @invariant()
    def a_hangup_is_told_at_most_once(self) -> None:
        assert self.hangups <= 1

    @invariant()
    def nothing_is_stray(self) -> None:
        assert self.conversation.strays == 0

    def teardown(self) -> None:
        """Left alone, with what runs coming to its end and tokens sent again, the two are in step."""
        for nudge in (False, False, True):
            if nudge and self.conversation.standing is Standing.SYNCING:
                self.asks_again_where_we_are()
            while self.to_asterisk:
                self.a_line_reaches_asterisk()
            self.asterisk.ends()
            while self.asterisk.step():
                pass
            self.bytes_reach_the_engine(10_000)
        assert self.conversation.ready
        assert self.expected is None
        assert self.asterisk.dead == self.conversation.dead


TestAnEngineAndAsterisk = AnEngineAndAsterisk.TestCase
TestAnEngineAndAsterisk.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
