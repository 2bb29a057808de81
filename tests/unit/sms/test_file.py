"""A file in the place of a gateway."""

import asyncio
import json
from pathlib import Path

import pytest

from sms.file import FileGateway
from tests.unit.tickets.linking import Time
from tickets.messages import GatewayAway, Sms


def an_sms(message_id: str) -> Sms:
    return Sms(message_id=message_id, number="13900001001", text="【12345】行一\n行二")


async def test_each_message_is_a_line_for_its_owner_alone_and_there_once(tmp_path: Path) -> None:
    path = tmp_path / "lab" / "sms.jsonl"
    gateways = [FileGateway(path, Time()) for _ in range(3)]
    await asyncio.gather(*(gateway.send(an_sms(f"m-{number}")) for gateway in gateways for number in range(4)))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sorted(line["id"] for line in lines) == ["m-0", "m-1", "m-2", "m-3"]
    assert {(line["to"], line["text"]) for line in lines} == {("13900001001", "【12345】行一\n行二")}
    assert path.stat().st_mode & 0o077 == 0


async def test_a_file_that_cannot_be_written_is_a_gateway_that_is_away(tmp_path: Path) -> None:
    with pytest.raises(GatewayAway, match="cannot be written"):
        await FileGateway(tmp_path, Time()).send(an_sms("m"))
