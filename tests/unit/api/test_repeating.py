"""The same creation asked for twice."""

import asyncio

from api.sources import Known
from tests.unit.api.conftest import TOKENS, Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL

ASK = f"/calls/{CALL}/specialists"
KEY = {"Idempotency-Key": "desk-8001-0001"}


async def test_the_same_key_and_request_get_the_same_answer_and_ring_nobody_twice(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    first = await agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY)
    again = await agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY)
    assert (again.status, await again.json()) == (first.status, await first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(hotline.exchange.done) == 1


async def test_the_same_key_with_another_request(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    await agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY)
    problem = await agent.refused("POST", ASK, 422, json={"department": "住建"}, headers=KEY)
    assert problem["code"] == "idempotency_key_reused"


async def test_another_bearers_key_is_another_key(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    await agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY)
    supervisor = Asker(agent.client, "supervisor")
    assert (await supervisor.refused("POST", ASK, 409, json={"department": "税务"}, headers=KEY))["code"] == "hunt_goes_on"


async def test_what_was_refused_may_be_asked_again_with_its_key(hotline: Hotline, agent: Asker) -> None:
    await agent.refused("POST", ASK, 404, json={"department": "税务"}, headers=KEY)
    hotline.talks()
    assert (await agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY)).status == 202


async def test_while_the_first_is_being_carried_out_the_second_waits_outside(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    going_on = asyncio.Event()
    go_on = asyncio.Event()
    into_room = hotline.exchange.into_room

    async def slowly(room: str, channel: str) -> None:
        going_on.set()
        await go_on.wait()
        await into_room(room, channel)

    hotline.exchange.into_room = slowly  # type: ignore[method-assign]
    first = asyncio.create_task(agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY))
    await going_on.wait()
    assert (await agent.refused("POST", ASK, 409, json={"department": "税务"}, headers=KEY))["code"] == "request_goes_on"
    go_on.set()
    assert (await first).status == 202


async def test_what_was_done_is_answered_although_it_cannot_be_remembered(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    hotline.memory.forgets_answers = True
    assert (await agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY)).status == 202
    [known] = hotline.memory.held.values()
    assert known == Known(known.fingerprint, "")


async def test_keys_that_are_none(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    for key in ("", "with space", "k" * 201, "é"):
        problem = await agent.refused("POST", ASK, 400, json={"department": "税务"}, headers={"Idempotency-Key": key})
        assert problem["code"] == "idempotency_key_unusable"


async def test_neither_key_nor_token_stand_in_the_memory(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    await agent.ask("POST", ASK, json={"department": "税务"}, headers=KEY)
    kept = repr(hotline.memory.held)
    assert KEY["Idempotency-Key"] not in kept
    assert TOKENS["agent"].secret not in kept
