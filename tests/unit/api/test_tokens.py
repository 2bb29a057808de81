"""Who asks, and what he may do."""

from itertools import pairwise

import pytest
import structlog
from structlog.testing import capture_logs

from api.errors import Unauthorized
from api.rights import ALLOWED, Right, Role
from api.tokens import Token, Tokens
from routing.waiting import CallState
from tests.unit.api.conftest import TOKENS, Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, a_live_call, a_seat


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token", "TOKEN"])
async def test_both_words_before_a_token(stranger: Asker, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKENS['observer'].secret}"}
    assert (await stranger.ask("GET", "/calls", headers=headers)).status == 200


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "token_missing"),
        ("", "token_unreadable"),
        ("Bearer", "token_unreadable"),
        ("Bearer ", "token_unreadable"),
        ("Basic b2JzZXJ2ZXI6eA==", "token_unreadable"),
        ("Bearer wrong", "token_unknown"),
        ("Bearer observer", "token_unknown"),
        ("Bearer \xff\xfe", "token_unknown"),
        ("Bearer " + "x" * 4000, "token_unknown"),
    ],
)
async def test_who_is_not_known_is_told_so_and_nothing_more(stranger: Asker, header: str | None, code: str) -> None:
    response = await stranger.ask("GET", "/calls", headers={} if header is None else {"Authorization": header})
    assert (response.status, (await response.json())["code"]) == (401, code)
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_in_the_url_is_none(stranger: Asker) -> None:
    problem = await stranger.refused("GET", "/calls", 401, params={"token": TOKENS["admin"].secret})
    assert problem["code"] == "token_missing"


async def test_an_observer_looks_but_does_not_touch(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    assert (await observer.ask("GET", f"/calls/{CALL}")).status == 200
    doings = [
        ("POST", f"/calls/{CALL}/specialists", {"department": "税务"}),
        ("PUT", "/seats/8001/state", {"state": "paused"}),
        ("PATCH", "/tickets/20250930-00001", {"content": "x"}),
        ("DELETE", f"/conferences/{CALL}/hunt", None),
    ]
    for method, path, body in doings:
        problem = await observer.refused(method, path, 403, json=body)
        assert (problem["code"], problem["fields"]) == ("role_not_allowed", {"role": "observer"})
    assert hotline.waiting.held[CALL].state is CallState.TALKING


def test_every_role_may_do_what_the_one_below_it_may() -> None:
    order = [ALLOWED[role] for role in (Role.OBSERVER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN)]
    assert all(lower <= higher for lower, higher in pairwise(order))
    assert ALLOWED[Role.ADMIN] == frozenset(Right)


def test_a_token_does_not_show_its_secret() -> None:
    token = Token(secret="s3cret-s3cret-s3cret", role=Role.ADMIN)
    assert "s3cret" not in repr(token)
    with pytest.raises(Unauthorized):
        Tokens({}).bearer(token.secret)


async def test_the_log_says_who_did_what_to_which_call_but_no_number_and_no_token(hotline: Hotline, observer: Asker) -> None:
    hotline.waiting.add(a_live_call())
    hotline.seats.add(a_seat())
    processors = [structlog.contextvars.merge_contextvars]
    with capture_logs(processors=processors) as lines:
        await observer.get(f"/calls/{CALL}")
        await observer.get("/enterprises", number="0515-88880001")
        await observer.get("/explain", number="0515-88880001")
        await observer.ask("GET", "/0515-88880001")
    assert [(line["operation"], line["status"], line["who"], line.get("call_id")) for line in lines] == [
        ("show_call", 200, "observer", CALL),
        ("list_enterprises", 200, "observer", None),
        ("explain_call", 200, "observer", None),
        ("unknown", 404, "", None),
    ]
    assert "88880001" not in repr(lines)
    assert TOKENS["observer"].secret not in repr(lines)
