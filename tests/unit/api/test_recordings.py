"""Recordings are heard by those who may, whole or in parts, and paused by whoever serves."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from api.app import build_app
from api.rights import Right, Role
from api.tokens import Token
from calls.events import RecordingPaused, RecordingResumed
from routing.waiting import CallState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_live_call
from tickets.manifests import Removal

SOUND = bytes(range(250)) * 4
PATH = f"/calls/{CALL}/recording"
CONSULTS = f"/calls/{CALL}/consults"
OWN = "own-secret-0123456789"
WITH_OWN = {"Authorization": f"Bearer {OWN}"}


@pytest.fixture
def kept(hotline: Hotline) -> Hotline:
    hotline.recordings.keeps(CALL, SOUND)
    return hotline


async def test_a_supervisor_hears_it_and_that_is_noted(kept: Hotline, supervisor: Asker) -> None:
    with capture_logs() as logs:
        response = await supervisor.ask("GET", PATH)
    assert (response.status, response.content_type, await response.read()) == (200, "audio/wav", SOUND)
    assert response.headers["Accept-Ranges"] == "bytes"
    assert {"who": "supervisor", "call_id": CALL, "what": "hear_recording"}.items() <= next(
        entry for entry in logs if entry["event"] == "recording_accessed"
    ).items()
    [act] = kept.acts.held
    assert (act.who, act.what, act.subject) == ("supervisor", "hear_recording", f"calls/{CALL}")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("path", [PATH, f"{PATH}/manifest"])
async def test_an_observer_does_not_nor_does_a_token_that_is_no_agents_own(agent: Asker, observer: Asker, path: str) -> None:
    for nobody, code in ((agent, "not_own_call"), (observer, "role_not_allowed")):
        with capture_logs() as logs:
            assert (await nobody.refused("GET", path, 403))["code"] == code
        assert not [entry for entry in logs if entry["event"] == "recording_accessed"]


@pytest.mark.parametrize(("whose", "status"), [("101", 200), ("102", 403)])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/manifest"])
async def test_an_agent_hears_the_calls_he_served(kept: Hotline, path: str, whose: str, status: int) -> None:
    kept.recordings.served.add((CALL, "101"))
    async with _own(kept, Token(secret=OWN, role=Role.AGENT, agent=whose)) as his:
        assert (await his.get(f"/api/v1{path}", headers=WITH_OWN)).status == status


async def test_what_seat_and_specialist_said_is_apart_from_the_call_and_heard_by_another_right(
    kept: Hotline, supervisor: Asker, agent: Asker, admin: Asker
) -> None:
    kept.recordings.keep_consult(CALL, "0", b"apart")
    for nobody in (agent, supervisor):
        assert (await nobody.refused("GET", CONSULTS, 403))["code"] == "role_not_allowed"
        assert (await nobody.refused("GET", f"{CONSULTS}/0/recording", 403))["code"] == "role_not_allowed"
    assert await (await supervisor.ask("GET", PATH)).read() == SOUND
    [consult] = (await admin.get(CONSULTS))["items"]
    assert (consult["consult"], consult["name"]) == ("0", "陈示例")
    response = await admin.ask("GET", f"{CONSULTS}/0/recording", headers={"Range": "bytes=1-2"})
    assert (response.status, await response.read()) == (206, b"pa")
    heard = [(act.who, act.what, act.detail) for act in kept.acts.held if act.who == "admin"]
    assert heard == [("admin", "list_consults", "{}"), ("admin", "hear_consult", '{"consult": "0"}')]


async def test_a_token_may_be_given_that_right_beside_its_role(kept: Hotline) -> None:
    kept.recordings.keep_consult(CALL, "0", b"apart")
    also = frozenset({Right.HEAR_CONSULTS})
    async with _own(kept, Token(secret=OWN, role=Role.SUPERVISOR, also=also)) as trusted:
        assert (await trusted.get(f"/api/v1{CONSULTS}", headers=WITH_OWN)).status == 200


async def test_one_that_must_be_kept_is_held_and_released_with_the_reason_in_the_log_of_acts(
    kept: Hotline, supervisor: Asker, agent: Asker
) -> None:
    await agent.refused("PUT", f"{PATH}/hold", 403, json={"why": "投诉 2026-17"})
    await supervisor.refused("PUT", f"{PATH}/hold", 422, json={})
    held = await (await supervisor.ask("PUT", f"{PATH}/hold", json={"why": "投诉 2026-17"})).json()
    assert held["held"] == {"at": "2025-09-30T09:00:00.000Z", "by": "supervisor", "why": "投诉 2026-17"}
    assert (await (await supervisor.ask("DELETE", f"{PATH}/hold")).json())["held"] is None
    assert [(act.what, act.why) for act in kept.acts.held] == [("keep_recording", "投诉 2026-17"), ("release_recording", "")]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=900-", 900, 1000),
        ("bytes=900-5000", 900, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=150-649", 150, 650),
    ],
)
async def test_a_range_gives_the_very_bytes(supervisor: Asker, asked: str, start: int, end: int) -> None:
    response = await supervisor.ask("GET", PATH, headers={"Range": asked})
    assert response.status == 206
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/1000"
    assert await response.read() == SOUND[start:end]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("asked", ["bytes=5-1", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "", f"bytes={'9' * 40}-"])
async def test_what_is_no_single_range_gives_all(supervisor: Asker, asked: str) -> None:
    response = await supervisor.ask("GET", PATH, headers={"Range": asked})
    assert (response.status, await response.read()) == (200, SOUND)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
async def test_a_range_behind_the_end_is_refused_with_the_size(supervisor: Asker, asked: str) -> None:
    response = await supervisor.ask("GET", PATH, headers={"Range": asked})
    assert (response.status, response.headers["Content-Range"]) == (416, "bytes */1000")


@pytest.mark.usefixtures("kept")
async def test_a_part_of_another_file_is_never_sent(supervisor: Asker) -> None:
    etag = (await supervisor.ask("HEAD", PATH)).headers["ETag"]
    same = await supervisor.ask("GET", PATH, headers={"Range": "bytes=1-2", "If-Range": etag})
    other = await supervisor.ask("GET", PATH, headers={"Range": "bytes=1-2", "If-Range": '"of another"'})
    assert (same.status, other.status) == (206, 200)
    assert (await supervisor.ask("GET", PATH, headers={"If-None-Match": f"W/{etag}, x"})).status == 304


@pytest.mark.usefixtures("kept")
async def test_head_tells_the_size_and_sends_nothing(supervisor: Asker) -> None:
    response = await supervisor.ask("HEAD", PATH, headers={"Range": "bytes=0-1"})
    assert (response.status, response.headers["Content-Length"], await response.read()) == (200, "1000", b"")


async def test_one_that_was_removed_is_gone_and_says_why_but_its_manifest_stays(hotline: Hotline, supervisor: Asker) -> None:
    hotline.recordings.keeps(CALL, SOUND, removed=Removal(at=NOW, why="It was kept for 30 days."))
    problem = await supervisor.refused("GET", PATH, 410)
    assert problem["code"] == "recording_removed"
    assert "30 days" in problem["detail"]
    assert (await supervisor.get(f"{PATH}/manifest"))["removed"] == {"at": "2025-09-30T09:00:00.000Z", "why": "It was kept for 30 days."}


async def test_a_store_that_is_away_is_told_and_one_that_fails_later_breaks_the_file_off(kept: Hotline, supervisor: Asker) -> None:
    kept.recordings.breaks_off_at = 0
    assert (await supervisor.refused("GET", PATH, 503))["code"] == "s3_away"
    kept.recordings.breaks_off_at = 500
    with pytest.raises(Exception, match=r"payload|disconnected|Connection"):  # noqa: PT012  either call may be the one that sees it
        response = await supervisor.ask("GET", PATH)
        await response.read()


@pytest.mark.parametrize("path", ["/calls/..%2f..%2fetc%2fpasswd/recording", "/calls/../../etc/passwd/recording", "/calls/a%00b/recording"])
async def test_no_path_leads_anywhere_else(supervisor: Asker, path: str) -> None:
    assert (await supervisor.refused("GET", path, 404))["code"] == "path_unknown"


async def test_the_seat_pauses_and_resumes(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    paused = await _posted(agent, "pause")
    assert (paused["recording"], paused["until"]) == ("paused", "2025-09-30T09:03:00.000Z")
    assert (await _posted(agent, "resume"))["recording"] == "on"
    assert hotline.exchange.done == [("muted", CALL), ("unmuted", CALL)]
    assert hotline.waiting.facts == [
        RecordingPaused(call_id=CALL, at=NOW, by="agent"),
        RecordingResumed(call_id=CALL, at=NOW, by="agent"),
    ]


async def test_only_a_talk_can_be_paused(hotline: Hotline, agent: Asker, observer: Asker) -> None:
    assert (await agent.refused("POST", f"{PATH}/pause", 404))["code"] == "call_not_live"
    hotline.waiting.add(a_live_call(state=CallState.WAITING))
    assert (await agent.refused("POST", f"{PATH}/pause", 409))["code"] == "call_not_recorded"
    await observer.refused("POST", f"{PATH}/pause", 403)


async def test_where_asterisk_is_away_nothing_is_said_to_be_paused(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    hotline.exchange.away = True
    await agent.refused("POST", f"{PATH}/pause", 503)
    assert hotline.waiting.facts == []


def _own(hotline: Hotline, token: Token) -> TestClient[Any, Any]:
    return TestClient(TestServer(build_app(hotline.sources(), tokens={"own": token})))


async def _posted(agent: Asker, what: str) -> dict[str, Any]:
    response = await agent.ask("POST", f"{PATH}/{what}")
    assert response.status == 200
    told: dict[str, Any] = await response.json()
    return told


@pytest.mark.parametrize("path", [f"/calls/{CALL}/voicemail", f"/calls/{CALL}/voicemail/manifest"])
async def test_a_voice_message_is_heard_by_every_agent_and_noted(hotline: Hotline, agent: Asker, observer: Asker, path: str) -> None:
    hotline.recordings.leave_voicemail(CALL, SOUND)
    assert (await observer.refused("GET", path, 403))["code"] == "role_not_allowed"
    response = await agent.ask("GET", path)
    assert response.status == 200
    if path.endswith("voicemail"):
        assert await response.read() == SOUND
        part = await agent.ask("GET", path, headers={"Range": "bytes=10-19"})
        assert (part.status, await part.read()) == (206, SOUND[10:20])
    assert {act.what for act in hotline.acts.held} == {"hear_voicemail" if path.endswith("voicemail") else "show_voicemail"}
