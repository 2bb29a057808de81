"""Specialists' links: who gets one, what opens it, and what ends it."""

from dataclasses import replace

import pytest

from calls.errors import Conflict, NotFound, Refused
from calls.events import SpecialistAnswered
from tests.unit.tickets.linking import BASE, LI, RULES, Linking
from tests.unit.tickets.test_ticket import a_ticket
from tickets.answers import Draft, ReplyKind
from tickets.link_code import digest_of, grouped, key_of, new_link_id, read_code
from tickets.links import Link, LinkState, LinkUnusable, Sending
from tickets.messages import MessageState
from tickets.sms_text import sms_text
from tickets.ticket import Ticket

SOLVED = Draft(kind=ReplyKind.SOLVED, text="可以免征")


@pytest.fixture
def tickets() -> dict[str, Ticket]:
    return {"n": a_ticket(), "m": replace(a_ticket(), number="m")}


@pytest.fixture
def linking(tickets: dict[str, Ticket]) -> Linking:
    return Linking(tickets)


class TestCodes:
    """What opens a link."""

    def test_it_is_read_as_people_write_it(self) -> None:
        link_id, key = new_link_id(), key_of("secret", "h", "7k2m9x0p", 1)
        assert read_code(link_id + key) == (link_id, key)
        assert read_code(f"  {grouped(link_id + key).upper()} ") == (link_id, key)
        assert read_code((link_id + key).replace("0", "O").replace("1", "l")) == (link_id, key)

    @pytest.mark.parametrize("typed", ["", "abc", "x" * 27, "x" * 29, "u" * 28, "一" * 28, "0" * 5000, "\ud800" * 28])
    def test_what_is_none_is_none(self, typed: str) -> None:
        assert read_code(typed) == ("", "")

    def test_each_issue_of_each_link_of_each_hotline_has_another(self) -> None:
        keys = {key_of(secret, h, link, issue) for secret in "st" for h in "ab" for link in ("00000000", "00000001") for issue in (1, 2)}
        assert len(keys) == 16
        assert len({digest_of(key) for key in keys}) == 16


async def test_a_specialist_who_joined_is_sent_a_link_that_opens_the_ticket(linking: Linking) -> None:
    linking.store.held["00000001"] = Link(
        link_id="00000001", ticket="n", call_id="c", specialist_id="t-1", name="张专员", department="市税务局"
    )
    assert await linking.desk.issue_wanted() == 1
    assert await linking.desk.issue_wanted() == 0
    sms = await linking.desk.sms(linking.outbox.only)
    assert sms is not None
    assert sms.number == "13900001001"
    assert sms.text.startswith(f"盐城示例制造有限公司：{BASE}/t#00000001")
    assert sms.text.endswith(" 1小时")
    opened = await linking.desk.enter(sms.text.partition("#")[2].partition(" ")[0])
    assert (opened.link_id, opened.ticket) == ("00000001", "n")
    _, ticket = await linking.desk.entered("00000001", 1)
    assert ticket.number == "n"
    assert linking.store.held["00000001"].opened == linking.clock.at


async def test_nothing_is_sent_by_itself_where_that_is_not_wanted(linking: Linking) -> None:
    linking.store.held["00000001"] = Link(link_id="00000001", ticket="n", call_id="c", specialist_id="t-1", name="", department="")
    linking.desk.rules = replace(RULES, send=Sending.ON_REQUEST)
    assert await linking.desk.issue_wanted() == 0


async def test_who_has_no_mobile_has_a_link_all_the_same_and_it_is_told_why_nothing_was_sent(linking: Linking) -> None:
    linking.store.held["00000001"] = Link(link_id="00000001", ticket="n", call_id="c", specialist_id="t-2", name="", department="")
    await linking.desk.issue_wanted()
    assert (linking.outbox.only.state, linking.outbox.only.why) == (MessageState.FAILED, "The roster has no mobile of this specialist.")
    assert (await linking.desk.show("n", "00000001")).code
    with pytest.raises(Refused, match="no mobile of 李专员"):
        await linking.desk.issue("n", LI.specialist_id, by="desk", send=True)


async def test_a_code_is_shown_once(linking: Linking) -> None:
    link = await linking.desk.issue("n", "t-1", by="desk", send=False)
    assert linking.outbox.held == {}
    shown = await linking.desk.show("n", link.link_id)
    assert shown.url == f"{BASE}/t#{shown.code.replace('-', '')}"
    with pytest.raises(Conflict, match="shown already"):
        await linking.desk.show("n", link.link_id)
    assert (await linking.desk.enter(shown.code)).link_id == link.link_id


async def test_issued_again_the_code_of_before_opens_nothing(linking: Linking) -> None:
    first = await linking.code("n")
    second = await linking.code("n")
    assert len(linking.store.held) == 1
    with pytest.raises(LinkUnusable):
        await linking.desk.enter(first)
    await linking.desk.enter(second)


async def test_a_link_opens_its_ticket_until_it_expires_or_is_revoked(linking: Linking) -> None:
    code = await linking.code("n")
    link = await linking.desk.enter(code)
    linking.clock.passes(3599)
    await linking.desk.entered(link.link_id, link.issue)
    linking.clock.passes(1)
    desk = linking.desk
    for attempt in (desk.enter(code), desk.entered(link.link_id, 1), desk.answer(link, SOLVED, answer_id="a", seen=0)):
        with pytest.raises(LinkUnusable):
            await attempt
    code = await linking.code("n")
    await linking.desk.revoke("n", link.link_id, by="desk")
    with pytest.raises(LinkUnusable):
        await linking.desk.enter(code)
    assert linking.store.held[link.link_id].state(linking.clock.at) is LinkState.REVOKED


async def test_whatever_is_wrong_with_a_code_the_same_is_said(linking: Linking) -> None:
    good = (await linking.code("n")).replace("-", "")
    wrong = ["", "nonsense", good[:8] + "0" * 20, "0" * 28, good[:-1] + ("1" if good[-1] != "1" else "2")]
    said = set()
    for code in wrong:
        with pytest.raises(LinkUnusable) as refused:
            await linking.desk.enter(code)
        said.add((refused.value.code, refused.value.sentence))
    assert len(said) == 1


async def test_a_message_whose_link_is_good_no_more_is_not_sent(linking: Linking) -> None:
    link = await linking.desk.issue("n", "t-1", by="desk", send=True)
    message = linking.outbox.only
    assert await linking.desk.sms(message) is not None
    await linking.desk.issue("n", "t-1", by="desk", send=False)
    assert await linking.desk.sms(message) is None
    assert linking.outbox.only.state is MessageState.WITHDRAWN
    assert (await linking.desk.links("n"))[0][0].link_id == link.link_id


async def test_the_seat_is_told_of_an_answer_at_once_or_as_soon_as_it_can_be(linking: Linking, tickets: dict[str, Ticket]) -> None:
    link = await linking.desk.enter(await linking.code("n"))
    await linking.desk.answer(link, SOLVED, answer_id="a-1", seen=0)
    [fact] = linking.facts
    assert isinstance(fact, SpecialistAnswered)
    assert (fact.ticket, fact.name, fact.reply, fact.text) == ("n", "张专员", "solved_online", "可以免征")
    linking.stream_is_away = True
    await linking.desk.answer(link, replace(SOLVED, text="另外"), answer_id="a-2", seen=1)
    assert [one.draft.text for one in tickets["n"].answers] == ["可以免征", "另外"]
    linking.stream_is_away = False
    await linking.desk.tell_untold()
    await linking.desk.tell_untold()
    assert [fact.answer_id for fact in linking.facts if isinstance(fact, SpecialistAnswered)] == ["a-1", "a-2"]


async def test_what_cannot_be_issued(linking: Linking) -> None:
    with pytest.raises(NotFound):
        await linking.desk.issue("nothing", "t-1", by="desk", send=True)
    with pytest.raises(Refused, match="no specialist nobody"):
        await linking.desk.issue("n", "nobody", by="desk", send=True)
    link = await linking.desk.issue("n", "t-1", by="desk", send=True)
    with pytest.raises(NotFound):
        await linking.desk.show("m", link.link_id)
    with pytest.raises(NotFound):
        await linking.desk.revoke("m", link.link_id, by="desk")
    linking.desk.rules = replace(RULES, send=Sending.OFF)
    with pytest.raises(Refused, match=r"links.send is off"):
        await linking.desk.issue("n", "t-1", by="desk", send=True)
    linking.desk.rules = replace(RULES, base_url="")
    with pytest.raises(Refused, match=r"links.base_url"):
        await linking.desk.issue("n", "t-1", by="desk", send=False)
    with pytest.raises(LinkUnusable):
        await linking.desk.entered(link.link_id, link.issue)


async def test_with_another_secret_links_stay_good_but_cannot_be_shown(linking: Linking) -> None:
    code = await linking.code("n")
    link = await linking.desk.issue("m", "t-1", by="desk", send=False)
    linking.desk.rules = replace(RULES, secret="another-secret-of-the-tests")
    await linking.desk.enter(code)
    with pytest.raises(Conflict, match="issue it again"):
        await linking.desk.show("m", link.link_id)


def test_what_comes_from_outside_is_one_short_line_of_the_sms(linking: Linking) -> None:


    link = Link(link_id="00000001", ticket="n", call_id="c", specialist_id="t-1", name="{url}\n\x07", department="")
    text = sms_text(replace(RULES, text="{enterprise}/{name}/{url}"), link, "长" * 90 + "\r\n{url}", url="U", now=linking.clock.at)
    assert text == "长" * 39 + "…/{url}/U"
