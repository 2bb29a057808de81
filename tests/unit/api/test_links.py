"""Specialists' links, as those who run the hotline see them."""

from dataclasses import replace

from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.test_tickets import NUMBER, TICKET, a_ticket
from tests.unit.tickets.linking import BASE, RULES
from tickets.answers import Draft, ReplyKind
from tickets.links import Sending

LINKS = f"{TICKET}/links"


async def test_a_link_is_given_sent_looked_at_and_withdrawn(hotline: Hotline, agent: Asker, observer: Asker) -> None:
    a_ticket(hotline)
    response = await agent.ask("POST", LINKS, json={"specialist_id": "t-1"})
    assert response.status == 201
    link = await response.json()
    assert (link["state"], link["name"], link["issue"]) == ("good", "张专员", 1)
    assert (link["message"]["state"], link["message"]["number"]) == ("waiting", "*******1001")
    assert (await observer.get(LINKS))["items"] == [link]
    assert (await agent.ask("DELETE", f"{LINKS}/{link['link_id']}")).status == 204
    [gone] = (await observer.get(LINKS))["items"]
    assert (gone["state"], gone["revoked_by"], gone["message"]["state"]) == ("revoked", "agent", "withdrawn")


async def test_its_code_is_shown_once_and_is_in_no_other_answer(hotline: Hotline, agent: Asker, supervisor: Asker) -> None:
    a_ticket(hotline)
    link = await (await agent.ask("POST", LINKS, json={"specialist_id": "t-1", "send": False})).json()
    assert link["message"] is None
    code = await (await agent.ask("POST", f"{LINKS}/{link['link_id']}/code")).json()
    assert code["url"] == f"{BASE}/t#{code['code'].replace('-', '')}"
    assert (await agent.refused("POST", f"{LINKS}/{link['link_id']}/code", 409))["code"] == "link_shown"
    key = code["code"].replace("-", "")[8:]
    for path in (LINKS, TICKET, "/acts"):
        assert key not in str(await supervisor.get(path))


async def test_asked_for_twice_with_one_key_it_is_issued_once(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline)
    for _ in range(2):
        response = await agent.ask("POST", LINKS, json={"specialist_id": "t-1"}, headers={"Idempotency-Key": "k"})
        assert (await response.json())["issue"] == 1
    assert len(hotline.linking.outbox.held) == 1


async def test_what_specialists_answered_stands_in_the_ticket_beside_what_the_agent_writes(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline)
    link = await hotline.linking.desk.enter(await hotline.linking.code(NUMBER))
    await hotline.linking.desk.answer(link, Draft(kind=ReplyKind.SOLVED, text="可以免征"), answer_id="a", seen=0)
    before = await agent.get(TICKET)
    [answer] = before["answers"]
    assert (answer["name"], answer["reply"], answer["text"], answer["until"]) == ("张专员", "solved_online", "可以免征", None)
    response = await agent.ask("PATCH", TICKET, json={"answer": "已答复", "version": before["version"]})
    after = await response.json()
    assert (after["answer"], after["answers"]) == ("已答复", [answer])


async def test_what_cannot_be_asked_for(hotline: Hotline, agent: Asker, observer: Asker) -> None:
    a_ticket(hotline)
    await observer.refused("POST", LINKS, 403, json={"specialist_id": "t-1"})
    assert (await agent.refused("POST", LINKS, 422, json={"specialist_id": "nobody"}))["code"] == "specialist_unknown"
    assert (await agent.refused("POST", LINKS, 422, json={"specialist_id": "t-2"}))["code"] == "specialist_without_mobile"
    assert (await agent.refused("POST", "/tickets/1/links", 404, json={"specialist_id": "t-1"}))["code"] == "ticket_unknown"
    assert (await agent.refused("DELETE", f"{LINKS}/00000000", 404))["code"] == "link_unknown"
    assert (await agent.refused("DELETE", f"{LINKS}/NOT-A-LINK", 404))["code"] == "path_unknown"
    hotline.linking.desk.rules = replace(RULES, send=Sending.OFF)
    assert (await agent.refused("POST", LINKS, 422, json={"specialist_id": "t-1"}))["code"] == "links_not_sent"
    hotline.linking.desk.rules = replace(RULES, base_url="")
    assert (await agent.refused("POST", LINKS, 422, json={"specialist_id": "t-1"}))["code"] == "links_off"
