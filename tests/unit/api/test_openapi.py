"""The OpenAPI document does not lie: every operation it names is there, and answers as it says."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.openapi import openapi_document
from api.routes import OTHERS, ROUTES
from conference.errand import AttemptState, Errand
from conference.inside import Inside
from conference.supervision import Supervision
from conference.transfer import TargetKind, Transfer, TransferState
from conference.wishes import FreeWish
from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.api.conftest import TOKENS, Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_live_call, a_seat
from tests.unit.routing.callers import ENTERPRISE
from tests.unit.tickets import builders as told
from tests.unit.tickets.linking import HOTLINE, SECRET
from tickets.link_code import digest_of, key_of
from tickets.links import Link

DOCUMENT = openapi_document(ROUTES, OTHERS)
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]

PATHS = {
    "call_id": CALL,
    "seat_id": "8001",
    "number": "20250930-00001",
    "entry_id": ENTERPRISE.entry_id,
    "specialist_id": "t-1",
    "member": "seat",
    "consult": "0",
    "task_id": "left",
    "wish_id": "5d2f",
    "link_id": "7k2m9x0p",
    "transfer_id": f"xfer-{CALL}-1f2e3d4c",
}
BODIES: dict[str, Any] = {
    "ask_specialist": {"department": "税务"},
    "change_conference": {"state": "three_way"},
    "write_ticket": {"type": "咨询", "content": "问增值税"},
    "change_seat": {"state": "paused", "reason": "午餐", "reason_code": "2"},
    "sign_in": {"agent": "102", "pin": "", "state": "ready"},
    "extend_wrap_up": {"seconds": 20},
    "reload": {"dry_run": True},
    "start_supervision": {"mode": "listen", "phone": "8010", "why": "新座席带教"},
    "change_supervision": {"mode": "whisper", "why": "政策口径"},
    "move_call": {"rank": "first", "why": "停产"},
    "send_away": {"number": "0515-86669999", "why": "转值班"},
    "force_seat": {"state": "paused", "why": "离席未置忙"},
    "call_back": {"seat": "8002"},
    "leave_ticket": {"department": "税务", "summary": "出口退税进度"},
    "wish_for_specialist": {"department": "税务"},
    "mark_specialist_away": {"until": "2099-01-01T00:00:00+08:00", "why": "会议"},
    "issue_link": {"specialist_id": "t-1", "send": True},
    "keep_recording": {"why": "投诉 2026-17"},
    "close_callback": {"reason": "settled", "note": "已答复"},
    "hand_on": {"hotline": "12366", "summary": "留抵退税"},
}
A_LINK = Link(
    link_id=PATHS["link_id"], ticket="", call_id=CALL, specialist_id="t-1", name="张专员", department="市税务局", issue=1,
    digest=digest_of(key_of(SECRET, HOTLINE, PATHS["link_id"], 1)), issued=NOW, expires=NOW + timedelta(hours=1),
)  # fmt: skip
A_WISH = FreeWish(wish_id="5d2f", seat_id="8002", call_id=CALL, wanted="税务", specialists=("t-1",), off_duty=(), made=NOW)
SUPERVISED = {"show_supervision", "change_supervision", "end_supervision"}
OF_THE_WAITING = {"move_call", "send_away"}
IN_CONFERENCE = {"list_conferences", "show_conference", "change_conference", "cancel_hunt", "take_out"}
IN_CONFERENCE |= {"mute", "unmute", "ask_colleague", "cancel_transfer"}
HANDED_ON = {"show_transfer", "complete_transfer", "show_handover"}
IN_WRAP_UP = {"end_wrap_up", "extend_wrap_up"}


def operation_of(path: str, method: str) -> dict[str, Any]:
    operation: dict[str, Any] = DOCUMENT["paths"][path][method]
    return operation


def filled(path: str) -> str:
    path = path.replace("{member}/colleague", "t-1/colleague")
    for name, value in PATHS.items():
        path = path.replace(f"{{{name}}}", value)
    return path


async def promised(operation: dict[str, Any], response: ClientResponse) -> None:
    """The answer is one that the document names, and has the schema that it names."""
    answers = operation["responses"]
    assert str(response.status) in answers, (response.status, await response.text())
    content = answers[str(response.status)].get("content")
    if content is None:
        assert await response.read() == b""
        return
    assert response.content_type in content
    if response.content_type.endswith("json"):
        schema = {**content[response.content_type]["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(await response.json())


@pytest.fixture
def busy(hotline: Hotline) -> Hotline:
    """A hotline in which everything that can be asked for is there."""
    record = hotline.records.add(*told.arrival(), *told.identity(), *told.waiting(), *told.miss(), *told.answer(), *told.three_way())
    hotline.records.add_ticket(record)
    hotline.records.add(*told.arrival("left"), *told.identity("left"), *told.waiting("left"), *told.end("left", reason="abandoned"))
    linked(hotline)
    hotline.talks()
    hotline.recordings.keeps(CALL, b"RIFF")
    hotline.recordings.keep_consult(CALL, "0", b"RIFF")
    hotline.recordings.leave_voicemail(CALL, b"RIFF")
    hotline.waiting.add(a_live_call("waits", state=CallState.WAITING, number=""))
    hotline.seats.add(a_seat("8002"))
    hotline.availability.wishes.append(A_WISH)
    return hotline


async def confer(hotline: Hotline, admin: Asker) -> None:
    await admin.ask("POST", f"/calls/{CALL}/specialists", json={"department": "税务"})
    live = hotline.waiting.held[CALL]
    errand = Errand.from_json(live.errand)
    joined = errand.with_state(errand.attempts[0].attempt_id, AttemptState.JOINED)
    hotline.waiting.add(a_live_call(state=CallState.CONSULT, errand=joined.to_json(), room=CALL))


def linked(hotline: Hotline) -> None:
    """A specialist has a link to the ticket."""
    hotline.linking.store.held[PATHS["link_id"]] = replace(A_LINK, ticket=PATHS["number"])


def in_call(hotline: Hotline, name: str) -> None:
    """What the operation is about is so."""
    if name == "resume":
        hotline.waiting.add(a_live_call(state=CallState.HELD, room=CALL))
    if name in HANDED_ON:
        transfer = Transfer(
            transfer_id=PATHS["transfer_id"],
            kind=TargetKind.HOTLINE,
            value="12366",
            announced=True,
            by="agent",
            from_seat="8001",
            state=TransferState.JOINED,
        )
        hotline.waiting.add(a_live_call(state=CallState.CONSULT, room=CALL, inside=Inside(transfer=transfer).to_json()))


def answered(hotline: Hotline) -> None:
    """The supervisor's phone was picked up."""
    hotline.book.held = {
        call_id: replace(Supervision.from_json(text), on=True).to_json() for call_id, text in hotline.book.held.items()
    }


def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_nothing_is_served_that_it_does_not_name() -> None:
    assert len({operation_of(*operation)["operationId"] for operation in OPERATIONS}) == len(ROUTES) + len(OTHERS)


async def test_it_is_served(client: TestClient[Any, Any]) -> None:
    response = await client.get("/api/v1/openapi.json")
    assert await response.json() == DOCUMENT


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
async def test_a_request_as_it_should_be(busy: Hotline, admin: Asker, path: str, method: str) -> None:
    operation = operation_of(path, method)
    name = operation["operationId"]
    if name in IN_CONFERENCE:
        await confer(busy, admin)
    if name in IN_WRAP_UP:
        busy.seats.add(a_seat("8001", SeatState.WRAP_UP, call_id=CALL, wrap_up_until=NOW))
    if name in SUPERVISED:
        await admin.ask("POST", f"/calls/{CALL}/supervision", json=BODIES["start_supervision"])
        answered(busy)
    in_call(busy, name)
    if name in OF_THE_WAITING:
        busy.waiting.add(a_live_call(state=CallState.WAITING))
    if name == "list_acts":
        await admin.ask("PUT", "/seats/8001/state", json=BODIES["change_seat"])
    query = {"number": "0515-88880001"} if name == "explain_call" else {}
    body = BODIES.get(name)
    if body is not None:
        schema = {**operation["requestBody"]["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(body)
    response = await admin.client.request(method, filled(path), headers=admin.headers, params=query, json=body)
    assert response.status < 300 or name == "stream"
    await promised(operation, response)
    if response.content_type == "application/json" and "items" in (found := await response.json()):
        assert found["items"]


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
async def test_a_request_as_it_should_not_be(admin: Asker, path: str, method: str) -> None:
    operation = operation_of(path, method)
    body = {"no such field": 1} if "requestBody" in operation else None
    response = await admin.client.request(method, filled(path), headers=admin.headers, params={"no_such": "1"}, json=body)
    assert response.status == 422 or not operation.get("security", True) or operation["operationId"] == "stream"
    await promised(operation, response)


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
async def test_a_request_by_nobody(client: TestClient[Any, Any], path: str, method: str) -> None:
    operation = operation_of(path, method)
    response = await client.request(method, filled(path))
    assert (response.status == 401) is ("security" not in operation)
    await promised(operation, response)


async def test_whatever_is_missing_is_missed_as_the_document_says(admin: Asker) -> None:
    for path, method in OPERATIONS:
        operation = operation_of(path, method)
        query = {"number": "1"} if operation["operationId"] == "explain_call" else {}
        response = await admin.client.request(
            method, filled(path), headers=admin.headers, params=query, json=BODIES.get(operation["operationId"])
        )
        await promised(operation, response)


async def test_everything_away(busy: Hotline, admin: Asker) -> None:
    busy.redis.away = busy.records.away = busy.exchange.away = True
    for path, method in OPERATIONS:
        operation = operation_of(path, method)
        query = {"number": "1"} if operation["operationId"] == "explain_call" else {}
        response = await admin.client.request(
            method, filled(path), headers=admin.headers, params=query, json=BODIES.get(operation["operationId"])
        )
        await promised(operation, response)


BAD_VALUES = [0, 1.5, "", "x" * 20_000, None, True, [], {}, "no such word"]


@pytest.mark.parametrize("name", sorted(BODIES))
async def test_what_the_schema_refuses_is_refused_and_what_is_refused_is_in_no_schema(busy: Hotline, admin: Asker, name: str) -> None:
    """Each field in turn is given each bad value: schema and application judge alike."""
    [(path, method)] = [operation for operation in OPERATIONS if operation_of(*operation)["operationId"] == name]
    operation = operation_of(path, method)
    schema = {**operation["requestBody"]["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
    for field in DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]:
        for value in BAD_VALUES:
            body = {**BODIES[name], field: value}
            response = await admin.client.request(method, filled(path), headers=admin.headers, json=body)
            await promised(operation, response)
            if not Draft202012Validator(schema).is_valid(body):
                assert response.status == 422, (body, response.status)
            elif response.status == 422:
                assert (await response.json())["code"] != "request_unusable", body


async def test_every_secret_stays_out_of_it(client: TestClient[Any, Any]) -> None:
    text = await (await client.get("/api/v1/openapi.json")).text()
    assert not any(token.secret in text for token in TOKENS.values())


def test_the_page_for_people_names_every_operation_once() -> None:
    page = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    heads = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    named = Counter(name for head in heads for name in re.findall(r"`([A-Z]+ /[^`]*)`", head))
    assert [name for name, times in named.items() if times > 1] == []
    served = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, method in OPERATIONS}
    assert served - named.keys() - {"GET /healthz", "GET /metrics"} == set()
