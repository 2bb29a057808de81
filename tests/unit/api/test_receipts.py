"""A gateway's receipts: who may bring them, and what a link's message is afterwards."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.unit.api.hotline import Hotline
from tests.unit.api.test_tickets import NUMBER, a_ticket
from tests.unit.tickets.linking import RULES
from tickets.messages import MessageState
from tickets.receipts import ReceiptRules

Client = TestClient[Any, Any]
SECRET = "receipts-not-a-secret-0123"
HERE = f"/sms/receipts/{SECRET}"


@pytest.fixture
async def message(hotline: Hotline) -> str:
    """The id of a message that the gateway took."""
    linking = hotline.linking
    linking.desk.rules = replace(RULES, base_url="http://127.0.0.1")
    delivered, failed = frozenset({"delivered"}), frozenset({"failed"})
    linking.desk.receipts = ReceiptRules(secret=SECRET, answer='{"code": 0}', delivered=delivered, failed=failed)
    a_ticket(hotline)
    await linking.desk.issue(NUMBER, next(iter(linking.people.held)), by="desk", send=True)
    sent = linking.outbox.only
    linking.outbox.held[sent.message_id] = replace(sent, state=MessageState.SENT, gateway_id="gw-7")
    return sent.message_id


async def test_by_our_id_or_its_own_the_message_is_delivered(hotline: Hotline, client: Client, message: str) -> None:
    response = await client.post(HERE, json=[{"id": "of somebody else", "status": "delivered"}, {"id": "gw-7", "status": "delivered"}])
    assert (response.status, await response.text(), response.content_type) == (200, '{"code": 0}', "application/json")
    assert hotline.linking.outbox.only.state is MessageState.DELIVERED
    await client.post(HERE, data={"id": message, "status": "failed"})  # late, and of what has an end already
    assert hotline.linking.outbox.only.state is MessageState.DELIVERED


async def test_what_never_comes_says_so(hotline: Hotline, client: Client, message: str) -> None:
    assert (await client.post(HERE, data={"id": message, "status": "failed"})).status == 200
    assert (hotline.linking.outbox.only.state, hotline.linking.outbox.only.why) == (MessageState.FAILED, "The SMS gateway says: failed.")


@pytest.mark.parametrize(
    "authorization", [f"Bearer {SECRET}", "Basic " + base64.b64encode(f"gateway:{SECRET}".encode()).decode()], ids=["token", "password"]
)
async def test_the_secret_may_stand_in_a_header(hotline: Hotline, client: Client, message: str, authorization: str) -> None:
    response = await client.post("/sms/receipts", json={"id": message, "status": "delivered"}, headers={"Authorization": authorization})
    assert response.status == 200
    assert hotline.linking.outbox.only.state is MessageState.DELIVERED


async def test_without_the_secret_nobody_is_believed_and_guessing_ends(hotline: Hotline, client: Client, message: str) -> None:
    told = {"id": message, "status": "delivered"}
    guesses = [await client.post(f"/sms/receipts/{SECRET[:-1]}-{number}", json=told) for number in range(12)]
    assert {response.status for response in guesses} == {404, 429}
    assert hotline.linking.outbox.only.state is MessageState.SENT


async def test_where_no_gateway_tells_anything_the_place_is_not_there(hotline: Hotline, client: Client, message: str) -> None:
    hotline.linking.desk.receipts = ReceiptRules()
    for path in (HERE, "/sms/receipts"):
        assert (await client.post(path, json={"id": message, "status": "delivered"})).status == 404


async def test_what_cannot_be_read_is_said_so(client: Client, message: str) -> None:
    response = await client.post(HERE, data=b"{", headers={"Content-Type": "application/json"})
    assert response.status == 400
    assert "cannot be read" in await response.text()
