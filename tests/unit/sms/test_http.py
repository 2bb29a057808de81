"""A gateway that is asked by HTTP, played by a small server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sms.http import HttpGateway, HttpGatewaySettings
from tickets.messages import GatewayAway, GatewayRefused, GatewaySilent, Sms

SMS = Sms(message_id="m-1", number="13900001001", text='【12345】"引号" {number}\n#码')
BODY = {"to": ["{number}"], "content": "{text}", "out_id": "{id}", "sign": 7}


class Provider:
    """Answers as told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.said: Any = {"code": "OK", "data": [{"id": 42}]}
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str], Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        form = request.content_type == "application/x-www-form-urlencoded"
        body = dict(await request.post()) if form else await request.json()
        self.asked.append((request.method, dict(request.headers), body))
        return web.json_response(self.said, status=self.status, headers=self.headers)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.router.add_route("*", "/send", provider.take)
    async with TestServer(app) as server:
        provider.settings = HttpGatewaySettings(  # type: ignore[attr-defined]
            url=str(server.make_url("/send")), body=BODY, headers={"X-Key": "geheim"}, ok_field="code", ok_values=("OK",),
            id_field="data.0.id",
        )  # fmt: skip
        yield provider


Given = Any  # a field's value


def gateway(provider: Provider, **changes: Given) -> HttpGateway:
    return HttpGateway(replace(provider.settings, **changes))  # type: ignore[attr-defined]


async def test_the_template_is_filled_and_a_value_stays_a_value(provider: Provider) -> None:
    assert await gateway(provider).send(SMS) == "42"
    [(method, headers, body)] = provider.asked
    assert (method, headers["X-Key"], headers["Idempotency-Key"]) == ("POST", "geheim", "m-1")
    assert body == {"to": ["13900001001"], "content": SMS.text, "out_id": "m-1", "sign": 7}


async def test_or_as_a_form(provider: Provider) -> None:
    await gateway(provider, form=True, method="PUT", body={"to": "{number}", "text": "{text}", "n": 7}).send(SMS)
    [(method, _, body)] = provider.asked
    assert (method, body) == ("PUT", {"to": "13900001001", "text": SMS.text, "n": "7"})


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, {}, GatewayRefused),
        (401, {}, GatewayRefused),
        (302, {}, GatewayRefused),
        (408, {}, GatewayAway),
        (429, {}, GatewayAway),
        (503, {}, GatewayAway),
        (500, {}, GatewaySilent),
        (502, {}, GatewaySilent),
        (200, {"code": "isv.MOBILE_ILLEGAL"}, GatewayRefused),
        (200, {"code": "bad number 13900001001"}, GatewayRefused),
        (200, {}, GatewayRefused),
        (200, "no object", GatewayRefused),
    ],
)
async def test_what_its_answers_mean(provider: Provider, status: int, said: object, kind: type[Exception]) -> None:
    provider.status, provider.said = status, said
    with pytest.raises(kind) as told:
        await gateway(provider).send(SMS)
    assert "13900001001" not in str(told.value)
    assert "引号" not in str(told.value)


async def test_without_a_field_any_2xx_is_a_yes(provider: Provider) -> None:
    provider.status, provider.said = 204, None
    assert await gateway(provider, ok_field="", id_field="").send(SMS) == ""


async def test_it_may_say_when_to_come_again(provider: Provider) -> None:
    provider.status, provider.headers = 429, {"Retry-After": "90"}
    with pytest.raises(GatewayAway) as told:
        await gateway(provider).send(SMS)
    assert told.value.after_s == 90


async def test_nobody_there_is_not_the_same_as_no_answer(unused_tcp_port: int) -> None:
    settings = HttpGatewaySettings(url=f"http://127.0.0.1:{unused_tcp_port}/", body=BODY)
    with pytest.raises(GatewayAway):
        await HttpGateway(settings).send(SMS)

    async def never(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_post("/", never)
    async with TestServer(app) as server:
        with pytest.raises(GatewaySilent):
            await HttpGateway(replace(settings, url=str(server.make_url("/")))).send(SMS)
