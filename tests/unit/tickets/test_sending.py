"""Messages on their way to the gateway: none is lost, and none goes twice without need."""

import asyncio
from dataclasses import replace

import pytest

from calls.errors import StoreFault
from tests.unit.tickets.linking import Linking, Phones
from tests.unit.tickets.test_ticket import a_ticket
from tickets.messages import GatewayAway, GatewayRefused, GatewaySilent, MessageState, SendingRules, Sms, pause_s
from tickets.sending import Sender

AWAY, SILENT = GatewayAway("The SMS gateway answered 503."), GatewaySilent("The SMS gateway did not answer.")


class Stage:
    def __init__(self) -> None:
        self.linking = Linking({"n": a_ticket()})
        self.phones = Phones()
        self.rules = SendingRules(attempts=3, lease_s=30)
        self.sender = self.engine()

    def engine(self) -> Sender:
        """One more, on the same outbox."""
        sender = Sender(self.linking.outbox, self.linking.desk.sms, self.linking.clock)
        sender.gateway, sender.rules = self.phones, self.rules
        return sender

    async def asked(self) -> None:
        await self.linking.desk.issue("n", "t-1", by="desk", send=True)

    @property
    def state(self) -> tuple[MessageState, int, str]:
        message = self.linking.outbox.only
        return message.state, message.attempts, message.why


@pytest.fixture
async def stage() -> Stage:
    stage = Stage()
    await stage.asked()
    return stage


async def test_it_is_sent_once_and_the_gateways_own_id_is_kept(stage: Stage) -> None:
    assert await stage.sender.once() == 1
    assert await stage.sender.once() == 0
    assert stage.state == (MessageState.SENT, 1, "")
    assert stage.linking.outbox.only.gateway_id == "gw-1"
    assert [sms.message_id for sms in stage.phones.sent] == [stage.linking.outbox.only.message_id]


async def test_without_a_gateway_it_waits(stage: Stage) -> None:
    stage.sender.gateway = None
    assert await stage.sender.once() == 0
    assert stage.state == (MessageState.WAITING, 0, "")


async def test_a_gateway_that_is_away_is_asked_again_later_and_later(stage: Stage) -> None:
    stage.phones.fails = [AWAY, GatewayAway("busy", after_s=60)]
    await stage.sender.once()
    assert stage.state == (MessageState.WAITING, 1, AWAY.sentence)
    assert await stage.sender.once() == 0
    stage.linking.clock.passes(5)
    await stage.sender.once()
    stage.linking.clock.passes(59)
    assert await stage.sender.once() == 0
    stage.linking.clock.passes(1)
    await stage.sender.once()
    assert stage.state == (MessageState.SENT, 3, "")


def test_the_pauses_grow_up_to_ten_minutes() -> None:
    assert [pause_s(n) for n in (1, 2, 3, 7, 8, 50)] == [5, 10, 20, 320, 600, 600]
    assert pause_s(1, asked_s=1e9) == 3600


async def test_after_so_many_attempts_it_is_given_up_with_the_reason(stage: Stage) -> None:
    stage.phones.fails = [AWAY, SILENT, AWAY]
    for _ in range(3):
        await stage.sender.once()
        stage.linking.clock.passes(600)
    assert stage.state == (MessageState.FAILED, 3, AWAY.sentence)
    assert await stage.sender.once() == 0


async def test_a_refusal_is_final(stage: Stage) -> None:
    stage.phones.fails = [GatewayRefused("gateway_refused", "The SMS gateway answered 400.")]
    await stage.sender.once()
    assert stage.state == (MessageState.FAILED, 1, "The SMS gateway answered 400.")


async def test_what_may_have_been_sent_goes_again_under_its_id_or_is_left_alone(stage: Stage) -> None:
    stage.phones.fails = [SILENT]
    await stage.sender.once()
    assert stage.state == (MessageState.WAITING, 1, SILENT.sentence)
    stage.sender.rules = replace(stage.rules, send_twice=False)
    stage.phones.fails = [SILENT]
    stage.linking.clock.passes(5)
    await stage.sender.once()
    assert stage.state == (MessageState.UNKNOWN, 2, SILENT.sentence)


async def test_two_engines_send_it_once(stage: Stage) -> None:
    other = stage.engine()
    await asyncio.gather(stage.sender.once(), other.once())
    assert len(stage.phones.sent) == 1



@pytest.mark.parametrize("send_twice", [True, False])
async def test_the_message_of_an_engine_that_died_is_another_ones_after_its_lease(stage: Stage, send_twice: bool) -> None:
    message = stage.linking.outbox.only
    assert await stage.linking.outbox.claim(message, until=stage.linking.clock.at.replace(minute=1))
    other = stage.engine()
    other.rules = replace(stage.rules, send_twice=send_twice)
    assert await other.once() == 0
    stage.linking.clock.passes(61)
    await other.once()
    assert stage.state[0] is (MessageState.SENT if send_twice else MessageState.UNKNOWN)
    assert {sms.message_id for sms in stage.phones.sent} == ({message.message_id} if send_twice else set())


class SlowGateway:
    """Takes a message, but not before it is let."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let = asyncio.Event()

    async def send(self, sms: Sms) -> str:
        self.asked.set()
        await self.let.wait()
        return "late"


async def test_an_engine_that_stops_waits_for_what_is_in_the_gateways_hands(stage: Stage) -> None:
    slow = SlowGateway()
    stage.sender.gateway = slow
    running = asyncio.create_task(stage.sender.run())
    await slow.asked.wait()
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    slow.let.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stage.state == (MessageState.SENT, 1, "")


async def test_a_database_that_is_away_for_a_moment_costs_no_second_message(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.sending._AGAIN_S", 0)
    stage.linking.outbox.away = 2
    await stage.sender.once()
    assert stage.state == (MessageState.SENT, 1, "")
    stage.linking.store.away = True
    await stage.linking.desk.issue("n", "h-1", by="desk", send=True)
    with pytest.raises(StoreFault):
        await stage.sender.once()
    stage.linking.store.away = False
    await stage.sender.once()
    assert {message.attempts for message in stage.linking.outbox.held.values()} == {1}


async def test_a_link_that_is_good_no_more_is_not_sent(stage: Stage) -> None:
    stage.linking.clock.passes(3600)
    await stage.sender.once()
    assert stage.state == (MessageState.WITHDRAWN, 1, "Its link is good no more.")
    assert stage.phones.asked == 0
