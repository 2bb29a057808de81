"""The configuration is read again while people wait and talk: nobody notices but by what is better now."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from lab.patience import PATIENCE_S
from tests.scenarios.hotline import CHECKOUT, KEY, OTHER_KEYS, PUBLIC, Hotline
from tests.scenarios.house import TWO_ENGINES
from tests.scenarios.test_three_way import consult

LAB = TWO_ENGINES
BOTH = (1, 2)
OTHER_AGENT = "\nagents:\n  198:\n    name: 话务员另\n    pin: 4712\n"
SAMPLE = CHECKOUT / "config/lab/whitelist.xlsx"


async def test_a_seat_that_is_added_to_a_group_rings_for_who_waits(hotline: Hotline) -> None:
    talks, added = await hotline.seat(8001), await hotline.seat(8011)
    talker, talk = await hotline.talking(talks, OTHER_KEYS[0])
    await hotline.api.ask("PUT", "/seats/8011/state", {"state": "paused", "reason": "story"})
    waiting, call_id = await hotline.waiting(OTHER_KEYS[1])
    await hotline.api.ask("PUT", "/seats/8001/state", {"state": "paused", "reason": "to be"})
    async with changed(hotline, lambda text: text.replace("seats: 8001-8002", "seats: 8001-8002,8011")):
        code, said = await hotline.zhida("reload", "--dry-run")
        assert (code, "priority.seats: 8001, 8002 -> 8001, 8002, 8011" in said, "dry run" in said) == (0, True, True), said
        assert (await hotline.api.get("/seats/8011"))["groups"] == ["general"]
        async with followed(hotline):
            code, said = await hotline.zhida("reload")
        assert (code, "1 more engines follow" in said) == (0, True), said
        assert set((await hotline.api.get("/seats/8011"))["groups"]) == {"priority", "general"}
        await hotline.api.ask("PUT", "/seats/8011/state", {"state": "ready"})
        assert (await hotline.talk(waiting, added)).zhida_call == call_id
        assert (await hotline.call(call_id))["record"]["offers"][0]["group"] == "priority"
        await asyncio.gather(talker.hears(talks), talks.hears(talker))
        seat = await hotline.api.get("/seats/8001")
        assert (seat["state"], seat["wish"]) == ("talking", "paused"), "what its agent asked for stands"
        await asyncio.gather(waiting.hang_up(), talker.hang_up())
        await asyncio.gather(hotline.ended(call_id, "completed"), hotline.ended(talk, "completed"))
    assert (await hotline.api.get("/seats/8011"))["groups"] == ["general"]


async def test_a_seat_that_is_new_altogether_serves_and_goes_when_it_is_free(hotline: Hotline) -> None:
    def with_8021(text: str) -> str:
        return text.replace("seats: 8001-8002", "seats: 8001-8002,8021").replace("ids: 8001-8020", "ids: 8001-8021")

    waiting, call_id = await hotline.waiting(KEY)
    async with changed(hotline, with_8021):
        async with followed(hotline):
            _, said = await hotline.zhida("reload")
        assert "Asterisk pbx1 needs pjsip_zhida.conf" in said
        await endpoints_written(hotline)
        seat = await hotline.seat(8021, ready=False)
        assert (await hotline.talk(waiting, seat)).zhida_call == call_id
    assert (await hotline.api.get("/seats/8021"))["state"] == "talking", "it is left out, but talks"
    await asyncio.gather(waiting.hears(seat), seat.hears(waiting))
    await waiting.hang_up()
    await hotline.ended(call_id, "completed")
    async with asyncio.timeout(PATIENCE_S):
        while (await hotline.api.answer("GET", "/seats/8021"))[0] != 404:
            await asyncio.sleep(0.05)
    await seat.stop()
    await endpoints_written(hotline)


async def test_all_engines_route_by_the_new_ladders(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    public = "  public:\n  - group: "
    async with changed(hotline, lambda text: text.replace(f"{public}qilai", f"{public}priority")):
        async with followed(hotline):
            await hotline.zhida("reload")
        for _ in range(4):  # the dialplan takes either engine
            caller = await hotline.calls(PUBLIC)
            ring = await hotline.talk(caller, seat)
            await caller.hang_up()
            await hotline.ended(ring.zhida_call, "completed")
            await hotline.seat_is(8001, "ready")


async def test_a_faulty_file_changes_nothing_and_is_told_with_its_line(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    async with changed(hotline, lambda text: text.replace("seats: 8001-8002", "seats: 8001-80x2")):
        code, said = await hotline.zhida("reload")
        line = 1 + hotline.lab.config.read_text().partition("80x2")[0].count("\n")
        assert (code, f"zhida.yaml:{line}: groups.priority.seats" in said) == (1, True), said
        status, problem = await hotline.api.answer("POST", "/reload", {})
        assert (status, problem["code"], f"zhida.yaml:{line}: " in problem["detail"]) == (422, "config_faulty", True)
        caller = await hotline.calls(KEY)
        await hotline.talk(caller, seat)
        await caller.hang_up()


async def test_what_needs_a_restart_is_said_and_the_rest_is_done(hotline: Hotline) -> None:
    def both(text: str) -> str:
        return text.replace("wrap_up_s: 0.5", "wrap_up_s: 60").replace("auto_login: true", "auto_login: false")

    async with changed(hotline, both):
        async with followed(hotline):
            code, said = await hotline.zhida("reload")
        assert code == 0
        assert "auto_login: true -> false   (needs a restart)" in said
        assert "wrap_up_s: 0.5 -> 60\n" in said
        seat = await hotline.seat(8001)  # signed in by its registration, as before
        caller, call_id = await hotline.talking(seat)
        await caller.hang_up()
        await hotline.ended(call_id, "completed")
        assert (await hotline.api.get("/seats/8001"))["state"] == "wrap_up"
        await hotline.api.ask("PUT", "/seats/8001/state", {"state": "ready"})


async def test_a_new_agent_signs_in_at_once_and_is_signed_out_when_he_is_one_no_longer(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    async with changed(hotline, lambda text: text.replace("\nagents:\n", "\nagents:\n  199:\n    name: 话务员新\n    pin: 4711\n")):
        async with followed(hotline):
            code, said = await hotline.zhida("reload")
        assert (code, "4711" in said) == (0, False), said
        await seat.dial("*13")
        for sentence, digits in (("seat-agent-number", "199#"), ("seat-agent-pin", "4711#")):
            await seat.hears_prompt(hotline.prompt(sentence))
            await seat.send_digits(digits)
        await seat.hears_prompt(hotline.prompt("seat-signed-in"))
        await seat.call_ended()
        assert (await hotline.seat_is(8001, "ready"))["agent"] == "199"
    gone = await hotline.seat_is(8001, "logged_out")
    assert (gone["agent"], gone["why"]) == (None, "agent 199 is configured no longer")


async def test_configuration_and_directory_change_under_calls_and_log_ins_and_nobody_is_dropped(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8002)
    await hotline.api.ask("PUT", "/seats/8002/agent", {"agent": "101"})
    await hotline.seat_is(8002, "ready")
    talker, talk = await hotline.talking(first, OTHER_KEYS[0])
    consulting, consulted = await hotline.talking(second, OTHER_KEYS[1])
    specialist = await consult(hotline, consulted)
    waiting, waiting_call = await hotline.waiting(OTHER_KEYS[2])

    def much(text: str) -> str:
        fewer = text.replace("phones: 8091-8092", "phones: 8091").replace("wrap_up_s: 0.5", "wrap_up_s: 0")
        return fewer.replace("\nagents:\n", OTHER_AGENT)

    async with off_the_list(hotline, OTHER_KEYS[2]), changed(hotline, much):
        async with followed(hotline):
            code, said = await hotline.zhida("reload")
        assert (code, "restart" in said) == (0, False), said
        code, said = await hotline.zhida("explain", OTHER_KEYS[2])
        assert "Caller: public" in said, said
        listen = {"mode": "listen", "phone": "8092", "why": "story"}
        status, problem = await hotline.api.answer("POST", f"/calls/{talk}/supervision", listen)
        assert (status, problem["code"]) == (422, "phone_unknown"), "it is a supervisor's no more"
        await asyncio.gather(talker.hears(first), first.hears(talker), second.hears(specialist), hotline.hears_music(consulting))
        assert (await hotline.call(waiting_call))["class"] == "key_enterprise", "who waits keeps what he came with"
        assert [(await hotline.api.get(f"/seats/{number}"))["state"] for number in (8001, 8002)] == ["talking", "talking"]
        assert (await hotline.api.get("/seats/8002"))["agent"] == "101"
        await talker.hang_up()
        assert (await hotline.talk(waiting, first)).zhida_call == waiting_call
        await asyncio.gather(waiting.hang_up(), consulting.hang_up())
        await asyncio.gather(*(hotline.ended(call, "completed") for call in (talk, consulted, waiting_call)))
        await hotline.seat_is(8002, "ready")


async def test_a_signal_does_it_too_and_a_new_recorder_goes_on(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    async with changed(hotline, lambda text: text.replace("js/yancheng", "js/rugao")):
        async with followed(hotline, "recorder_renewed"):
            for engine in BOTH:
                pid = hotline.lab.pid(f"engine-{engine}")
                assert pid is not None
                os.kill(pid, signal.SIGHUP)
        await caller.hang_up()
        await hotline.ended(call_id, "completed")
        assert (await hotline.ticket(call_id))["deadline"]["due"]


@asynccontextmanager
async def changed(hotline: Hotline, change: Callable[[str], str]) -> AsyncIterator[None]:
    """Inside, the hotline's file is another one; afterwards it is as it was, and in force."""
    file = hotline.lab.config
    text = file.read_text(encoding="utf-8")
    assert change(text) != text
    file.write_text(change(text), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")
        async with followed(hotline):
            await hotline.zhida("reload")


@asynccontextmanager
async def off_the_list(hotline: Hotline, number: str) -> AsyncIterator[None]:
    """Inside, the number is on the whitelist no more."""
    [entry] = json.loads((await hotline.zhida("whitelist", "list", "--number", number, "--json"))[1])
    await hotline.zhida("whitelist", "remove", entry["entry_id"])
    try:
        yield
    finally:
        code, said = await hotline.zhida("whitelist", "import", str(SAMPLE), "--yes")
        assert code == 0, said


@asynccontextmanager
async def followed(hotline: Hotline, event: str = "configuration_reloaded") -> AsyncIterator[None]:
    """On leaving, waits until each engine has logged it once more."""
    before = {engine: told(hotline, engine, event) for engine in BOTH}
    yield
    async with asyncio.timeout(PATIENCE_S):
        while any(told(hotline, engine, event) <= count for engine, count in before.items()):
            await asyncio.sleep(0.05)


async def endpoints_written(hotline: Hotline) -> None:
    """The engineer has the snippets written anew, and Asterisk read them."""
    code, said = await hotline.zhida("asterisk-config", "--out", str(hotline.lab.box.folder / "etc"))
    assert code == 0, said
    await hotline.lab.asterisk("module reload res_pjsip.so")


def told(hotline: Hotline, engine: int, event: str) -> int:
    return hotline.lab.log(engine).read_text(encoding="utf-8").count(f'"event": "{event}"')
