"""The page on which a specialist answers: what it shows and to whom, what it takes, and what strangers get."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from api.page import serving
from api.page.limits import Allowance, Limit, who_asks
from api.page.words import WORDS, language_of
from calls.events import Act, SpecialistAnswered
from tests.unit.api.hotline import Hotline
from tests.unit.api.test_tickets import NUMBER, a_ticket
from tests.unit.tickets.linking import RULES, Time
from tickets.answers import LONGEST_ANSWER, Draft, ReplyKind

Client = TestClient[Any, Any]
HOSTILE = '<script>alert(1)</script>"&\u202e\'</textarea>'
UNUSABLE = WORDS["zh"]["unusable"]


@pytest.fixture(autouse=True)
def served(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One ticket, links over plain HTTP, and no waiting."""
    monkeypatch.setattr(serving, "REFUSED_AFTER_S", 0)
    hotline.linking.desk.rules = replace(RULES, base_url="http://127.0.0.1")
    a_ticket(hotline, content="设备能否一次性扣除？")
    return iter(())


class Browser:
    """A specialist with a link, without scripts."""

    def __init__(self, client: Client, code: str) -> None:
        self.client = client
        self.code = code
        self.fields: dict[str, str] = {}
        self.cookie = ""
        self.path = ""

    async def opens(self, **headers: str) -> str:
        """What he sees once his link is opened."""
        response = await self.client.post("/t", data={"code": self.code}, headers=headers, allow_redirects=False)
        assert response.status == 303, await response.text()
        self.path = response.headers["Location"]
        self.cookie = response.headers["Set-Cookie"].partition(";")[0]
        self.client.session.cookie_jar.clear()  # it is sent where a story says so, and nowhere else
        return await self.sees(**headers)

    async def sees(self, **headers: str) -> str:
        response = await self.client.get(self.path, headers={"Cookie": self.cookie, **headers})
        assert response.status == 200, await response.text()
        text = await response.text()
        self.fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
        return text

    async def sends(self, *, headers: dict[str, str] | None = None, **fields: str) -> ClientResponse:
        filled = {"kind": "solved_online", "text": "可以", **self.fields, **fields}
        return await self.client.post(self.path, data=filled, headers={"Cookie": self.cookie, **(headers or {})}, allow_redirects=False)


@pytest.fixture
async def zhang(hotline: Hotline, client: Client) -> Browser:
    return Browser(client, await hotline.linking.code(NUMBER))


async def test_he_sees_his_ticket_and_of_it_what_he_needs(zhang: Browser) -> None:
    page = await zhang.opens()
    for told in ("盐城示例制造有限公司", "重点企业", "********0001", "设备能否一次性扣除？", "5 个工作日"):
        assert told in page
    for told in ("无人接听", "市税务局 张专员", NUMBER):
        assert told in page
    assert "88880001" not in page
    assert "13900001001" not in page


async def test_the_whole_number_is_there_where_it_is_configured(hotline: Hotline, zhang: Browser) -> None:
    hotline.linking.desk.rules = replace(hotline.linking.desk.rules, show_number=True)
    assert "051588880001" in await zhang.opens()


async def test_what_he_writes_is_in_the_ticket_and_told_to_the_seat(hotline: Hotline, zhang: Browser) -> None:
    await zhang.opens()
    response = await zhang.sends(text="可以免征\r\n见公告", kind="follow_up", until="2025-10-10")
    assert response.status == 303
    zhang.path = response.headers["Location"]
    page = await zhang.sees()
    assert WORDS["zh"]["saved"] in page
    assert "需要跟进 · 至 2025-10-10" in page
    [answer] = hotline.records.tickets_held[NUMBER].answers
    assert (answer.name, answer.draft.text) == ("张专员", "可以免征\n见公告")
    [fact] = hotline.linking.facts
    assert isinstance(fact, SpecialistAnswered)
    assert (fact.ticket, fact.reply, fact.until) == (NUMBER, "follow_up", "2025-10-10")
    act = next(act for act in hotline.waiting.facts + list(hotline.acts.held) if isinstance(act, Act) and act.what == "answer_ticket")
    assert (act.who, act.person, act.subject) == ("link", "市税务局 张专员", f"tickets/{NUMBER}")
    assert "免征" not in act.detail


async def test_sent_twice_by_a_nervous_finger_it_is_one_answer(hotline: Hotline, zhang: Browser) -> None:
    await zhang.opens()
    assert [(await zhang.sends()).status for _ in range(3)] == [303, 303, 303]
    assert len(hotline.records.tickets_held[NUMBER].answers) == 1


async def test_who_answers_after_others_sees_them_before_his_own_is_taken(hotline: Hotline, zhang: Browser) -> None:
    await zhang.opens()
    sun = await hotline.linking.desk.enter(await hotline.linking.code(NUMBER, "h-1"))
    await hotline.linking.desk.answer(sun, Draft(kind=ReplyKind.NOT_OURS, text="", referred_to="市人社局"), answer_id="x", seen=0)
    response = await zhang.sends(text="我的意见")
    page = await response.text()
    assert response.status == 409
    assert WORDS["zh"]["meanwhile"] in page
    assert "市住建局 孙专员" in page
    assert "我的意见" in page
    zhang.fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert (await zhang.sends(text="我的意见")).status == 303
    assert [one.draft.text for one in hotline.records.tickets_held[NUMBER].answers] == ["", "我的意见"]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"text": "  "}, "answer_empty"),
        ({"kind": "maybe"}, "answer_kind_unknown"),
        ({"kind": "follow_up"}, "answer_date_missing"),
        ({"kind": "follow_up", "until": "2019-01-01"}, "answer_date_unusable"),
        ({"text": "长" * (LONGEST_ANSWER + 1)}, "answer_too_long"),
    ],
)
async def test_what_is_to_be_mended_is_said_and_nothing_is_lost(
    hotline: Hotline, zhang: Browser, given: dict[str, str], word: str
) -> None:
    await zhang.opens()
    response = await zhang.sends(**{"text": "一些内容", **given})
    page = unescape(await response.text())
    assert response.status == 422
    assert WORDS["zh"][word].replace("{most}", str(LONGEST_ANSWER)) in page
    assert given.get("text", "一些内容") in page
    assert hotline.records.tickets_held[NUMBER].answers == ()


async def test_what_comes_from_outside_is_text(hotline: Hotline, zhang: Browser) -> None:
    ticket = hotline.records.tickets_held[NUMBER]
    record = replace(ticket.record, enterprise=HOSTILE, number=HOSTILE)
    hotline.records.tickets_held[NUMBER] = replace(ticket, record=record, written=replace(ticket.written, content=HOSTILE))
    await zhang.opens()
    await zhang.sends(text=HOSTILE, kind="not_ours", referred_to=HOSTILE)
    page = await zhang.sees()
    faulty = await (await zhang.sends(text=HOSTILE, kind=HOSTILE, referred_to=HOSTILE, until=HOSTILE, answer_id="0" * 32)).text()
    for shown in (page, faulty):
        assert "<script>alert" not in shown
        assert '"&\u202e' not in shown
        assert shown.count("<textarea") == shown.count("</textarea>") == 1
        assert HOSTILE in unescape(shown)


class TestStrangers:
    """Who has no good link learns nothing."""

    async def test_whatever_is_wrong_the_same_sentence(self, hotline: Hotline, client: Client, zhang: Browser) -> None:
        expired = zhang.code
        hotline.linking.clock.passes(3600)
        revoked = await hotline.linking.code(NUMBER, "h-1")
        await hotline.linking.desk.revoke(NUMBER, revoked[:4] + revoked[5:9], by="desk")
        said = set()
        for code in (expired, revoked, "", "0" * 28, expired[:-1], "nonsense", "0" * 5000):
            response = await client.post("/t", data={"code": code}, allow_redirects=False)
            said.add((response.status, await response.text(), response.headers.get("Set-Cookie")))
        assert len(said) == 1
        assert hotline.linking.store.looked_up == 7
        [(status, text, cookie)] = said
        assert (status, cookie) == (404, None)
        assert UNUSABLE in text

    async def test_without_the_cookie_the_address_is_nobodys(self, client: Client, zhang: Browser) -> None:
        await zhang.opens()
        issue_until, _, signature = zhang.cookie.partition("=")[2].rpartition(".")
        name = zhang.cookie.partition("=")[0]
        forged = [
            "", f"{name}=", f"{name}=1.9999999999.{signature}", f"{name}={issue_until}.{'0' * 64}", f"{name}=1.x.{signature}",
            f"zhida_00000000={issue_until}.{signature}", f"{name}=一.二.三",
        ]  # fmt: skip
        for cookie in forged:
            response = await client.get(zhang.path, headers={"Cookie": cookie})
            assert response.status == 404, cookie
        assert (await client.get("/t/00000000", headers={"Cookie": zhang.cookie})).status == 404
        assert (await client.get("/t/..%2f..%2fapi", headers={"Cookie": zhang.cookie})).status == 404

    async def test_a_page_that_was_open_too_long_gives_back_what_was_written(self, hotline: Hotline, zhang: Browser) -> None:
        await zhang.opens()
        old = zhang.cookie
        hotline.linking.clock.passes(3600)
        response = await zhang.sends(text="写了很久的答复")
        text = await response.text()
        assert response.status == 404
        assert "写了很久的答复" in text
        assert UNUSABLE in text
        zhang.code = await hotline.linking.code(NUMBER)
        await zhang.opens()
        zhang.cookie = old  # that of the issue before
        assert (await zhang.sends(text="")).status == 404

    async def test_another_sites_page_can_send_nothing(self, hotline: Hotline, client: Client, zhang: Browser) -> None:
        await zhang.opens()
        for more in ({"headers": {"Sec-Fetch-Site": "cross-site"}}, {"token": "0" * 64}, {"token": ""}):
            assert (await zhang.sends(**more)).status == 403  # type: ignore[arg-type]
        response = await client.post("/t", data={"code": zhang.code}, headers={"Sec-Fetch-Site": "same-site"})
        assert response.status == 403
        assert hotline.records.tickets_held[NUMBER].answers == ()

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"json": {"code": "x"}}, 400),
            ({"data": b"code=%ff%fe", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
            ({"data": b"code=%00", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
            ({"data": b"a=1&" * 50, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
            ({"data": {"code": "x" * 100_000}}, 413),
        ],
    )
    async def test_what_cannot_be_read(self, client: Client, sent: dict[str, Any], status: int) -> None:
        response = await client.post("/t", **sent)
        assert response.status == status
        assert response.content_type == "text/html"

    async def test_fields_of_our_own_that_were_changed(self, hotline: Hotline, zhang: Browser) -> None:
        await zhang.opens()
        for changed in ({"answer_id": "../../x"}, {"seen": "-1"}, {"seen": "x" * 9}, {"seen": ""}, {"seen": "９"}):
            assert (await zhang.sends(**changed)).status == 400, changed
        assert hotline.records.tickets_held[NUMBER].answers == ()

    async def test_who_guesses_is_held_off_and_others_are_not(self, hotline: Hotline, client: Client, zhang: Browser) -> None:
        hotline.page = replace(hotline.page, proxies=("127.0.0.0/8",))
        guesser = {"X-Forwarded-For": "1.2.3.4, 198.51.100.7"}
        statuses = [(await client.post("/t", data={"code": "0" * 28}, headers=guesser)).status for _ in range(12)]
        assert statuses == [404] * 10 + [429] * 2
        assert (await client.get("/t", headers={"X-Forwarded-For": "198.51.100.7"})).status == 429
        await zhang.opens(**{"X-Forwarded-For": "198.51.100.8"})

    async def test_without_links_there_is_nothing(self, hotline: Hotline, client: Client, zhang: Browser) -> None:
        hotline.linking.desk.rules = replace(RULES, base_url="")
        assert (await client.post("/t", data={"code": zhang.code})).status == 404

    async def test_a_database_that_is_away_is_said_in_one_sentence(self, hotline: Hotline, client: Client, zhang: Browser) -> None:
        hotline.linking.store.away = True
        response = await client.post("/t", data={"code": zhang.code})
        assert (response.status, WORDS["zh"]["away"] in await response.text()) == (503, True)


class TestHeaders:
    """The page keeps to itself."""

    async def test_each_page_has_them(self, client: Client, zhang: Browser) -> None:
        await zhang.opens()
        pages = [
            await client.get("/t"),
            await client.get("/t/"),
            await client.head("/t"),
            await client.post("/t", data={"code": "x"}),
            await client.post("/t", data={"code": zhang.code}, allow_redirects=False),
            await client.get(zhang.path, headers={"Cookie": zhang.cookie}),
        ]
        for response in pages:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "http" not in policy
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert not re.search(r'(src|href)="?(https?:)?//', await response.text())

    async def test_the_cookie_is_the_pages_alone(self, hotline: Hotline, client: Client, zhang: Browser) -> None:
        hotline.linking.desk.rules = replace(RULES, base_url="https://links.example.cn/zhida")
        response = await client.post("/t", data={"code": zhang.code}, allow_redirects=False)
        link = response.headers["Location"].rpartition("/")[2]
        assert response.headers["Location"] == f"/zhida/t/{link}"
        cookie = response.headers["Set-Cookie"]
        for said in ("HttpOnly", "Secure", "SameSite=Strict", f"Path=/zhida/t/{link}", "Max-Age=600"):
            assert said in cookie

    async def test_code_and_text_are_in_no_log(
        self, zhang: Browser, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await zhang.opens()
        await zhang.sends(text="机密内容")
        logged = caplog.text + "".join(capsys.readouterr())
        assert "specialist_answered" in logged
        for secret in (zhang.code.replace("-", "")[8:], "机密内容", zhang.cookie.partition("=")[2]):
            assert secret not in logged


class TestLanguage:
    """Chinese, or English for who prefers it."""

    @pytest.mark.parametrize(
        ("asked", "accepted", "own", "spoken"),
        [
            ("", "", "zh", "zh"),
            ("", "", "en", "en"),
            ("", "en-US,en;q=0.9,zh;q=0.8", "zh", "en"),
            ("", "fr, zh-CN;q=0.5, en;q=0.4", "en", "zh"),
            ("", "de", "zh", "zh"),
            ("", "en;q=x,,;;;q=0", "zh", "zh"),
            ("en", "zh", "zh", "en"),
            ("xx", "zh", "zh", "zh"),
        ],
    )
    def test_which(self, asked: str, accepted: str, own: str, spoken: str) -> None:
        assert language_of(asked, accepted, own) == spoken

    def test_both_say_the_same(self) -> None:
        assert set(WORDS["zh"]) == set(WORDS["en"])

    async def test_a_page_in_english_leads_to_one_in_chinese(self, zhang: Browser) -> None:
        page = await zhang.opens(**{"Accept-Language": "en"})
        assert '<html lang="en">' in page
        zhang.path += "?lang=en"
        page = await zhang.sees()
        assert '<html lang="en">' in page
        assert "Write an answer" in page
        response = await zhang.sends()
        assert response.headers["Location"].endswith("?lang=en&saved=1")


class TestLimits:
    """Who asks, and how often."""

    def test_an_allowance_is_used_up_and_grows_again(self) -> None:
        clock = Time()
        limit = Limit(Allowance(2, 10.0), clock)
        limit.count("a")
        assert not limit.passed("a")
        limit.count("a")
        assert limit.passed("a")
        assert not limit.passed("b")
        clock.passes(10)
        assert not limit.passed("a")

    def test_its_memory_is_bounded(self) -> None:
        limit = Limit(Allowance(1, 10.0), Time())
        for number in range(10_001):
            limit.count(str(number))
        assert not limit.passed("0")
        assert limit.passed("10000")

    @pytest.mark.parametrize(
        ("remote", "forwarded", "who"),
        [
            ("10.0.0.9", [], "10.0.0.9"),
            ("10.0.0.9", ["6.6.6.6"], "10.0.0.9"),
            ("127.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", ["6.6.6.6", "198.51.100.7, 127.0.0.1"], "198.51.100.7"),
            ("127.0.0.1", ["nonsense"], "127.0.0.1"),
            ("127.0.0.1", [], "127.0.0.1"),
            ("::ffff:127.0.0.1", ["2001:db8::1:2"], "2001:db8::/64"),
            (None, [], "unknown"),
        ],
    )
    def test_who_it_is(self, remote: str | None, forwarded: list[str], who: str) -> None:
        assert who_asks(remote, forwarded, ("127.0.0.1",)) == who
