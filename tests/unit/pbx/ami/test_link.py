"""The link's life: up, lost in every way, up again; who is told what, and when."""

import asyncio

import pytest
from structlog.testing import capture_logs

from calls.errors import PbxFault
from pbx.ami.dispatch import EVERY
from pbx.ami.settings import AmiLogin
from tests.unit.pbx.ami.builders import a_hangup, an_event, block, told
from tests.unit.pbx.ami.fake_asterisk import HOST, FakeAsterisk, Headers, refusal, silence
from tests.unit.pbx.ami.linked import Linked, linked


async def test_it_logs_in_and_says_since_when_it_is_up() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        assert (it.link.state.up, it.link.state.code) == (True, "up")
        login = asterisk.actions("Login")[0]
        assert (login["Username"], login["Secret"], login["Events"]) == (["zhida"], ["s3cret"], ["call,system,dtmf"])


async def test_its_secret_is_in_no_log_and_no_repr() -> None:
    with capture_logs() as logs:
        async with FakeAsterisk() as asterisk:
            asterisk.answers["Login"] = refusal("Authentication failed")
            async with linked(asterisk, up=False) as it:
                await asterisk.hears("Login", times=2)
                assert "s3cret" not in repr(it.link.state)
    assert logs
    assert "s3cret" not in repr(logs)
    assert "s3cret" not in repr(AmiLogin(host="h", port=1, username="u", secret="s3cret", systemname="s"))


async def test_a_login_needs_a_systemname() -> None:
    with pytest.raises(ValueError, match="systemname"):
        AmiLogin(host="h", port=1, username="u", secret="s", systemname="")


async def test_a_lost_connection_is_told_once_and_is_back_by_itself() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.cut()
        down = await it.downs.next()
        assert (down.up, down.code) == (False, "ami_closed")
        await it.link.wait_up(5)
        asterisk.say(a_hangup("a.2"))
        assert told([await it.heard.next()]) == [("Hangup", "a.2")]
        assert (it.link.counts["connects"], it.link.counts["losses"], it.downs.states.qsize()) == (2, 1, 0)


async def test_while_asterisk_is_away_it_says_since_when_and_why() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        await asterisk.vanish()
        lost = await it.downs.next()
        with pytest.raises(PbxFault, match=f"{HOST}:{asterisk.port}: Connection refused"):
            await it.link.wait_up(0.1)
        assert (it.link.state.code, it.link.state.since) == ("ami_unreachable", lost.since)
        await asterisk.listen()
        await it.link.wait_up(5)
        assert it.downs.states.empty()


async def test_a_host_that_lost_its_power_is_noticed_though_the_connection_stays() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk, ping_every_s=0.01) as it:
        asterisk.answers["Redirect"] = silence
        asking = asyncio.create_task(it.link.action("Redirect", deadline_s=30))
        await asterisk.hears("Redirect")
        asterisk.deaf = True
        assert (await it.downs.next()).code == "ami_silent"
        with pytest.raises(PbxFault) as caught:
            await asking
        assert caught.value.code == "ami_down"
        asterisk.deaf = False
        await it.link.wait_up(5)
        assert it.link.counts["missed_pings"] == 2


async def test_a_pong_that_is_late_behind_many_events_does_not_end_the_link() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk, ping_every_s=0.005, ping_s=0.3) as it:
        asterisk.answers["Ping"] = lambda *_: an_event("Newstate", "Uniqueid: a.1")  # no Pong at all, but life
        await asterisk.hears("Ping", times=3)
        assert it.link.state.up
        assert it.link.counts["missed_pings"] == 0


async def test_one_missed_ping_is_forgiven() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk, ping_every_s=0.01, ping_s=0.3) as it:
        asterisk.answers["Ping"], pong = silence, asterisk.answers["Ping"]
        await asterisk.hears("Ping")
        asterisk.answers["Ping"] = pong
        await asterisk.hears("Ping", times=4)
        assert it.link.state.up


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("refused", "ami_login_refused"),
        ("silent", "ami_login_slow"),
        ("stranger", "ami_not_asterisk"),
        ("other name", "ami_wrong_systemname"),
        ("no permission", "ami_not_permitted"),
        ("not booted", "ami_not_booted"),
        ("hangs up", "ami_closed"),
    ],
)
async def test_a_login_that_fails_says_why_and_is_tried_again(case: str, code: str) -> None:
    asterisk = FakeAsterisk(banner=b"SSH-2.0\r\n") if case == "stranger" else FakeAsterisk()
    asterisk.boots = case != "not booted"
    if case == "refused":
        asterisk.answers["Login"] = refusal("Authentication failed")
    elif case == "silent":
        asterisk.answers["Login"] = silence
    elif case == "other name":
        asterisk.systemname = "somebody-else"
    elif case == "no permission":
        asterisk.answers["CoreSettings"] = refusal("Permission denied")
    elif case == "hangs up":
        asterisk.answers["Login"] = lambda *_: asterisk.cut()
    async with asterisk, linked(asterisk, up=False, login_s=0.05, boot_s=0.05) as it:
        with pytest.raises(PbxFault) as caught:
            await it.link.wait_up(0.5)
        assert caught.value.code == code
        assert it.downs.states.empty()
        assert it.link.counts["connects"] == 0


async def test_several_engines_log_in_at_once_and_each_hears_its_own_outcome() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as one, linked(asterisk) as two:
        outcomes = [await it.link.originate(outcome_s=5, Channel="PJSIP/8001") for it in (one, two)]
        ids = [headers["ActionID"][0] for headers in asterisk.actions("Originate")]
        for number, action_id in enumerate(ids):
            asterisk.say(an_event("OriginateResponse", f"ActionID: {action_id}", "Response: Success", f"Uniqueid: spec-{number}"))
        assert [(await outcome).get("Uniqueid") for outcome in outcomes] == ["spec-0", "spec-1"]
        assert [(await it.heard.next()).get("Uniqueid") for it in (one, two) for _ in range(2)] == ["spec-0", "spec-1"] * 2


async def test_an_answer_that_comes_after_its_deadline_is_dropped() -> None:
    late: list[str] = []

    def keep(action_id: str, _: Headers) -> None:
        late.append(action_id)

    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.answers["Redirect"] = keep
        with pytest.raises(PbxFault):
            await it.link.action("Redirect", deadline_s=0.02)
        asterisk.say(block("Response: Success", f"ActionID: {late[0]}"))
        assert (await it.link.action("Ping")).ok
        assert it.link.counts["dropped_unasked"] == 1


async def test_an_originate_whose_outcome_never_comes_ends_in_a_time_out() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        outcome = await it.link.originate(outcome_s=0.02, Channel="PJSIP/8001")
        with pytest.raises(PbxFault) as caught:
            await outcome
        assert caught.value.code == "ami_timeout"


async def test_an_originate_under_way_when_the_link_is_lost_fails_at_once_even_if_nobody_waits() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        waited_for = await it.link.originate(outcome_s=30, Channel="PJSIP/8001")
        await it.link.originate(outcome_s=30, Channel="PJSIP/8002")  # its outcome is nobody's concern
        asterisk.cut()
        with pytest.raises(PbxFault) as caught:
            await waited_for
        assert caught.value.code == "ami_down"


async def test_an_originate_that_is_refused_says_so() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.answers["Originate"] = refusal("Extension does not exist.")
        with pytest.raises(PbxFault) as caught:
            await it.link.originate(outcome_s=30, Channel="PJSIP/8001")
        assert caught.value.code == "dialplan_missing"


async def test_events_since_the_login_are_told_after_on_up_in_order() -> None:
    order: list[str] = []

    async def on_up() -> None:
        asterisk.say(a_hangup("a.1") + a_hangup("a.2"))
        await it.link.action("Ping")  # both events are here by now
        order.append("reconciled")

    async with FakeAsterisk() as asterisk:
        it = Linked(asterisk, on_up=on_up)
        it.link.subscribe(EVERY, lambda event: order.append(event.get("Uniqueid")))
        it.link.start()
        await it.heard.next()
        await it.link.close()
        assert order == ["reconciled", "a.1", "a.2"]


@pytest.mark.parametrize("trouble", ["fails", "takes too long"])
async def test_events_are_told_though_on_up_fails(trouble: str) -> None:
    async def on_up() -> None:
        asterisk.say(a_hangup("a.1"))
        if trouble == "fails":
            raise ConnectionError("Redis at 127.0.0.1 is away")
        await asyncio.Event().wait()

    with capture_logs() as logs:
        async with FakeAsterisk() as asterisk, linked(asterisk, on_up=on_up, reconcile_s=0.05) as it:
            assert (await it.heard.next()).get("Uniqueid") == "a.1"
            assert it.link.counts["failed_reconciles"] == 1
    assert "ami_reconcile_failed" in [one["event"] for one in logs]


async def test_a_link_lost_during_on_up_tells_what_it_heard_and_reconciles_again() -> None:
    rounds = []

    async def on_up() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            asterisk.say(a_hangup("a.1"))
            await it.link.action("Ping")
            asterisk.cut()
            await asyncio.Event().wait()

    async with FakeAsterisk() as asterisk:
        it = Linked(asterisk, on_up=on_up)
        it.link.start()
        assert (await it.heard.next()).get("Uniqueid") == "a.1"
        await it.downs.next()
        await it.link.wait_up(5)
        await it.link.close()
        assert rounds == [0, 1]


async def test_events_are_held_while_the_engine_reconciles() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        with it.link.holding_events():
            asterisk.say(a_hangup("a.1"))
            await it.link.action("Ping")
            assert it.heard.events == []
        assert told(it.heard.events) == [("Hangup", "a.1")]


async def test_an_on_down_that_fails_does_not_keep_the_link_from_coming_back() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:

        def fails(_: object) -> None:
            raise RuntimeError("mistake")

        it.link._upkeep._on_down = fails
        asterisk.cut()
        await asterisk.hears("Login", times=2)
        await it.link.wait_up(5)


async def test_a_mistake_in_the_link_itself_is_logged_and_it_comes_back() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        upkeep = it.link._upkeep
        connect, upkeep.manager.connect = upkeep.manager.connect, None
        asterisk.cut()
        await it.downs.next()
        with pytest.raises(PbxFault) as caught:
            await it.link.wait_up(0.1)
        assert caught.value.code == "ami_link_failed"
        upkeep.manager.connect = connect
        await it.link.wait_up(5)


async def test_closing_fails_what_is_in_flight_and_is_not_a_loss() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.answers["Redirect"] = silence
        asking = asyncio.create_task(it.link.action("Redirect", deadline_s=30))
        await asterisk.hears("Redirect")
        await it.link.close()
        await it.link.close()
        with pytest.raises(PbxFault) as caught:
            await asking
        assert caught.value.code == "ami_down"
        assert it.link.state.code == "ami_stopped"
        assert it.downs.states.empty()


async def test_a_link_that_was_never_started_cannot_be_asked() -> None:
    it = Linked(FakeAsterisk())
    with pytest.raises(PbxFault) as caught:
        await it.link.action("Ping")
    assert caught.value.code == "ami_down"
    await it.link.close()
    assert it.link.state.code == "ami_not_started"


async def test_events_arrive_in_the_order_asterisk_wrote_them() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        names = [f"a.{number}" for number in range(2000)]
        asterisk.say(b"".join(a_hangup(name) for name in names))
        assert [(await it.heard.next()).get("Uniqueid") for _ in names] == names
