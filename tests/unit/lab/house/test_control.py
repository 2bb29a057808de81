"""What is at an engine's address, and whether a lab is up."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from lab.house.control import health, stop
from lab.house.files import keeper_state


class Somebody(BaseHTTPRequestHandler):
    status, body = 200, b"{}"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Somebody)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/healthz"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b'{"status": "ok"}', "ok"),
        (503, b'{"status": "degraded"}', "degraded"),
        (200, b"<html>", "down"),
        (404, b"<html>not here</html>", "down"),
        (200, b"[]", "down"),
    ],
)
def test_only_an_engine_is_well(url: str, status: int, body: bytes, said: str) -> None:
    Somebody.status, Somebody.body = status, body
    assert health(url)["status"] == said


def test_nobody_there_is_not_well() -> None:
    assert health("http://127.0.0.1:1/healthz")["status"] == "down"


@pytest.mark.parametrize("pid", [2**22 - 1, os.getpid()], ids=["nobody's", "the tests'"])
async def test_a_keeper_that_is_gone_is_no_lab_also_where_its_process_id_is_somebody_elses(tmp_path: Path, pid: int) -> None:
    (tmp_path / "keeper.json").write_text(json.dumps({"pid": pid, "parts": {}}))
    assert keeper_state(tmp_path) is None
    assert await stop(tmp_path) is False
