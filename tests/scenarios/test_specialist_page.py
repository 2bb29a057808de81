"""A specialist answers by the link that came to his mobile, in a browser, while he talks or afterwards."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from lab.patience import PATIENCE_S
from lab.phones.errors import PhoneFault
from lab.phones.softphone import Softphone
from tests.scenarios.browser.chromium import Chromium, Tab
from tests.scenarios.hotline import KEY_NAME, Hotline
from tests.scenarios.test_agents import console, tells
from tests.scenarios.test_three_way import ACCEPTS, MOBILE, OFFICE, TAX, ask, joined, three_way

UNUSABLE = "这个链接打不开工单"


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Chromium]:
    async with Chromium(tmp_path / "browser") as chromium:
        yield chromium


@pytest.fixture
def outbox(hotline: Hotline) -> Path:
    """Where the lab's messages go, without those of earlier stories."""
    file = hotline.lab.settings.sms.file
    assert file is not None
    file.unlink(missing_ok=True)
    return file


async def test_he_answers_while_he_talks_and_the_seat_sees_it_at_once(hotline: Hotline, browser: Chromium, outbox: Path) -> None:
    _, caller, call_id, specialist = await three_at(hotline)
    url = await the_link(hotline, outbox)
    page = await browser.visit(url)
    await shows(page, "诉求内容")
    number = (await ticket_of(hotline, call_id))["number"]
    text = await words(page)
    assert number in text
    assert KEY_NAME in text
    assert "********0001" in text
    assert "88880001" not in text
    assert code_of(url) not in await page.run("location.href + document.cookie + document.documentElement.outerHTML")

    await hotline.api.ask("PATCH", f"/tickets/{number}", {"content": "设备能否一次性扣除？", "draft": True})
    await page.run("document.querySelector('#text').value = '可以一次性扣除，'; look()")
    assert "设备能否一次性扣除？" in await words(page)
    async with console(hotline) as seat_sees:
        await page.run("document.querySelector('#text').value += '见公告。'; document.querySelector('#answer button').click()")
        await shows(page, "已提交")
        told = await tells(seat_sees, "specialist_answered")
    assert (told["call_id"], told["ticket"], told["text"]) == (call_id, number, "可以一次性扣除，见公告。")
    [answer] = (await ticket_of(hotline, call_id))["answers"]
    assert (answer["name"], answer["reply"], answer["text"]) == ("税务专员甲", "solved_online", told["text"])
    assert (await hotline.call(call_id))["state"] == "three_way"
    await asyncio.gather(caller.hears(specialist), specialist.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert (await ticket_of(hotline, call_id))["answers"] == [answer]
    said = hotline.lab.log().read_text()
    for secret in (code_of(url), told["text"], MOBILE):
        assert secret not in said


async def test_a_link_that_expired_opens_nothing_and_loses_nothing(hotline: Hotline, browser: Chromium, outbox: Path) -> None:
    _, caller, call_id, _ = await three_at(hotline)
    url = await the_link(hotline, outbox)
    open_page = await browser.visit(url)
    await shows(open_page, "诉求内容")
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    expired(hotline, url)
    late = await browser.visit(url)
    await shows(late, UNUSABLE)
    assert KEY_NAME not in await words(late)
    await open_page.run("document.querySelector('#text').value = '迟到的答复'; document.querySelector('#answer button').click()")
    await shows(open_page, UNUSABLE)
    assert await open_page.run("document.querySelector('textarea').value") == "迟到的答复"
    assert (await ticket_of(hotline, call_id))["answers"] == []
    number = (await ticket_of(hotline, call_id))["number"]
    [link] = (await hotline.api.get(f"/tickets/{number}/links"))["items"]
    assert (link["state"], link["message"]["state"]) == ("expired", "sent")


async def test_a_code_is_read_out_by_the_seat_and_typed_in_until_it_is_withdrawn(hotline: Hotline, browser: Chromium) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    number = (await ticket_of(hotline, call_id))["number"]
    roster = await hotline.api.get("/specialists", department=TAX)
    second = next(one["specialist_id"] for one in roster["items"] if one["name"] == "税务专员乙")
    code, said = await hotline.zhida("tickets", "link", number, "--specialist", second, "--no-send", "--show")
    assert code == 0, said
    typed = said.partition("Code to read out: ")[2].strip()
    page = await browser.visit(f"{hotline.lab.url()}/t")
    await shows(page, "答复码")
    await page.run(f"document.querySelector('#code').value = {json.dumps(typed.upper())}; document.querySelector('#enter button').click()")
    await shows(page, number)
    await page.run("document.querySelector('[value=not_ours]').click(); document.querySelector('#referred_to').value = '市住建局'")
    await page.run("document.querySelector('#answer button').click()")
    await shows(page, "已提交")
    [answer] = (await ticket_of(hotline, call_id))["answers"]
    assert (answer["name"], answer["reply"], answer["referred_to"]) == ("税务专员乙", "not_ours", "市住建局")

    code, said = await hotline.zhida("tickets", "links", number, "--json")
    [link] = json.loads(said)
    assert (link["state"], link["message"]) == ("good", None)
    assert (await hotline.zhida("tickets", "unlink", number, link["link_id"]))[0] == 0
    await page.go(f"{hotline.lab.url()}/t/{link['link_id']}")
    await shows(page, UNUSABLE)
    acts = [one["what"] for one in (await hotline.api.get("/acts", on=f"tickets/{number}"))["items"]]
    assert {"issue_link", "show_code", "answer_ticket", "revoke_link"} <= set(acts)


async def test_a_message_outlives_the_engine_and_comes_once(hotline: Hotline, outbox: Path) -> None:
    with nothing_sent(outbox):
        _, caller, call_id, _ = await three_at(hotline)
        number = (await ticket_of(hotline, call_id))["number"]
        await hotline.api.until(f"/tickets/{number}/links", lambda found: bool(found["items"]) and _waits_again(found["items"][0]))
        await hotline.killed("engine-1")
    await hotline.back()
    await hotline.api.until(f"/tickets/{number}/links", lambda found: found["items"][0]["message"]["state"] == "sent")
    assert [line["to"] for line in lines(outbox)] == [MOBILE]
    await caller.hang_up()
    await hotline.ended(call_id)


async def test_a_message_whose_engine_died_in_the_very_request_comes_again_as_the_same(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    number = (await ticket_of(hotline, call_id))["number"]
    roster = await hotline.api.get("/specialists", department=TAX)
    first = next(one["specialist_id"] for one in roster["items"] if one["name"] == "税务专员甲")
    async with a_gateway(hotline) as gateway:
        assert (await hotline.zhida("tickets", "link", number, "--specialist", first))[0] == 0
        await gateway.is_asked(1)
        await hotline.killed("engine-1")
        await hotline.back()
        await gateway.is_asked(2)
        links = await hotline.api.until(f"/tickets/{number}/links", lambda found: found["items"][0]["message"]["state"] == "sent")
        assert links["items"][0]["message"]["gateway_id"] == "provider-7"
        assert links["items"][0]["message"]["attempts"] == 2
        assert gateway.asked[0] == gateway.asked[1]
        assert gateway.asked[0]["to"] == MOBILE
        assert gateway.keys == [gateway.asked[0]["id"]] * 2
    assert gateway.secrets == ["geheim"] * 2
    assert "geheim" not in hotline.lab.log().read_text()


# ── words ──


class Provider:
    """An SMS gateway that never answers its first request."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, str]] = []
        self.keys: list[str] = []
        self.secrets: list[str] = []
        self._more = asyncio.Event()
        self._over = asyncio.Event()

    def configured(self, text: str) -> str:
        """The lab's configuration with this gateway in the place of the file."""
        before, _, after = text.partition("\nsms:\n")
        rest = after[after.index("\n") :]
        http = {"url": self.url, "headers": {"X-Key": "geheim"}, "id_field": "id", "timeout_s": 5}
        return f"{before}\nsms:\n  http: {json.dumps({**http, 'body': BODY})}{rest}"

    async def is_asked(self, times: int, *, within_s: float = PATIENCE_S) -> None:
        async with asyncio.timeout(within_s):
            while len(self.asked) < times:
                self._more.clear()
                await self._more.wait()

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers["Idempotency-Key"])
        self.secrets.append(request.headers["X-Key"])
        self._more.set()
        if len(self.asked) == 1:
            await self._over.wait()
        return web.json_response({"id": "provider-7"})

    def close(self) -> None:
        self._over.set()


BODY = '{"to": "{number}", "text": "{text}", "id": "{id}"}'


@asynccontextmanager
async def a_gateway(hotline: Hotline) -> AsyncIterator[Provider]:
    """Inside, the hotline sends by a gateway; afterwards by its file again."""
    provider, file = Provider(), hotline.lab.config
    text = file.read_text(encoding="utf-8")
    app = web.Application()
    app.router.add_post("/send", provider.take)
    async with TestServer(app) as server:
        provider.url = str(server.make_url("/send"))
        file.write_text(provider.configured(text), encoding="utf-8")
        try:
            code, said = await hotline.zhida("reload")
            assert code == 0, said
            yield provider
        finally:
            provider.close()
            file.write_text(text, encoding="utf-8")
            await hotline.zhida("reload")


async def three_at(hotline: Hotline) -> tuple[Softphone, Softphone, str, Softphone]:
    """Seat, caller and the tax bureau's specialist talk: the phones, and the call between them."""
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, ACCEPTS)
    await ask(hotline, call_id)
    await joined(hotline, call_id, OFFICE)
    await three_way(hotline, call_id)
    return seat, caller, call_id, await hotline.world.phone(OFFICE)


async def the_link(hotline: Hotline, outbox: Path, *, within_s: float = PATIENCE_S) -> str:
    """The address in the SMS to the specialist's mobile."""
    page = f"{hotline.lab.url()}/t#"
    async with asyncio.timeout(within_s):
        while not outbox.is_file() or not (sent := lines(outbox)):
            await asyncio.sleep(0.05)
    assert [one["to"] for one in sent] == [MOBILE]
    assert KEY_NAME in sent[0]["text"]
    return page + sent[0]["text"].partition(page)[2].partition(" ")[0]


async def ticket_of(hotline: Hotline, call_id: str) -> dict[str, Any]:
    """The call's ticket, also while it goes on."""

    def mine(page: dict[str, Any]) -> list[dict[str, Any]]:
        return [one for one in page["items"] if one["call_id"] == call_id]

    page = await hotline.api.until("/tickets?limit=20", lambda page: bool(mine(page)))
    return mine(page)[0]


@contextmanager
def nothing_sent(outbox: Path) -> Iterator[None]:
    """Inside, the lab's gateway takes no message."""
    outbox.mkdir()
    try:
        yield
    finally:
        outbox.rmdir()


def lines(outbox: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in outbox.read_text(encoding="utf-8").splitlines()]


def code_of(url: str) -> str:
    return url.partition("#")[2][8:]


def expired(hotline: Hotline, url: str) -> None:
    """As if its time were over."""
    url_id = url.partition("#")[2][:8]
    with sqlite3.connect(hotline.lab.state / "zhida.db", timeout=10) as database:
        changed = database.execute("UPDATE ticket_links SET expires = '2020-01-01 00:00:00.000000' WHERE link_id = ?", (url_id,))
        assert changed.rowcount == 1
    database.close()


async def words(page: Tab) -> str:
    """What a person reads there; nothing while it is on its way to another page."""
    try:
        text: str = await page.run("document.body ? document.body.innerText : ''")
    except PhoneFault:
        return ""
    return text


async def shows(page: Tab, text: str, *, within_s: float = PATIENCE_S) -> None:
    """Wait until the page says so."""
    seen = ""
    try:
        async with asyncio.timeout(within_s):
            while text not in (seen := await words(page)):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"the page does not say {text!r} but {seen!r}") from None


def _waits_again(link: dict[str, Any]) -> bool:
    message = link["message"]
    return message is not None and message["attempts"] > 0 and message["state"] == "waiting"
