"""panoramisk's own face, where somebody uses it, is hardened too."""

import pytest

from calls.errors import PbxFault
from pbx.ami.client import HardenedManager
from pbx.ami.dispatch import Dispatcher
from pbx.ami.messages import AmiEvent
from pbx.ami.settings import AmiLogin
from tests.unit.pbx.ami.builders import SYSTEMNAME, Heard, a_hangup
from tests.unit.pbx.ami.fake_asterisk import HOST, FakeAsterisk
from tests.unit.pbx.ami.linked import QUICK


def a_manager(asterisk: FakeAsterisk, dispatcher: Dispatcher) -> HardenedManager:
    login = AmiLogin(host=HOST, port=asterisk.port, username="zhida", secret="s3cret", systemname=SYSTEMNAME)
    return HardenedManager(login, QUICK, dispatcher)


async def test_its_callbacks_are_found_by_name_and_given_manager_and_event() -> None:
    dispatcher, heard, called = Dispatcher(), Heard(), list[tuple[HardenedManager, AmiEvent]]()
    async with FakeAsterisk() as asterisk:
        manager = a_manager(asterisk, dispatcher)
        manager.register_event("Hangup", lambda *both: called.append(both))
        dispatcher.subscribe("Hangup", heard)
        await manager.connect()
        asterisk.say(a_hangup())
        event = await heard.next()
        manager.close()
    assert called == [(manager, event)]


async def test_it_sends_over_the_present_connection_or_not_at_all() -> None:
    async with FakeAsterisk() as asterisk:
        manager = a_manager(asterisk, Dispatcher())
        with pytest.raises(PbxFault):
            manager.send_action({"Action": "Ping"})
        await manager.connect()
        assert (await manager.send_action({"Action": "Setvar"}, Variable="A", Value="1")).ok
        manager.close()
        manager.close()
        with pytest.raises(PbxFault):
            manager.send_action({"Action": "Ping"})
        assert asterisk.actions("Setvar")[0]["Variable"] == ["A"]
        assert asterisk.actions("Ping") == []


async def test_a_connection_that_is_lost_is_not_made_again_behind_the_links_back() -> None:
    async with FakeAsterisk() as asterisk:
        manager = a_manager(asterisk, Dispatcher())
        protocol = await manager.connect()
        asterisk.cut()
        assert (await protocol.lost).code == "ami_closed"
        assert asterisk.logins == 1
        manager.close()
