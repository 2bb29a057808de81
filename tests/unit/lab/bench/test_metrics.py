import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from calls.errors import Fault
from lab.bench import catching_up as module
from lab.bench.catching_up import catching_up
from lab.bench.metrics import AGI_COMMANDS, EngineFigures, figures_of

TEXT = """# HELP zhida_agi_total FastAGI server, totals.
# TYPE zhida_agi_total counter
zhida_agi_total{what="commands"} 12.0
zhida_agi_total{what="connections"} 3.0
zhida_directory_entries 1e+06
"""


@contextlib.asynccontextmanager
async def an_engine(text: str) -> AsyncIterator[str]:
    """Serves these figures; gives its URL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def test_figures_are_found_by_name_and_labels() -> None:
    figures = figures_of(TEXT)
    assert figures[AGI_COMMANDS] == 12
    assert figures["zhida_directory_entries"] == 1_000_000


async def test_a_figure_is_asked_for_over_http() -> None:
    async with an_engine(TEXT) as url:
        assert await asyncio.to_thread(EngineFigures(url).__getitem__, AGI_COMMANDS) == 12


async def test_a_figure_the_engine_does_not_have_is_told() -> None:
    async with an_engine(TEXT) as url:
        with pytest.raises(Fault, match="zhida_nothing"):
            await asyncio.to_thread(EngineFigures(url).__getitem__, "zhida_nothing")


class Recording(EngineFigures):
    """A recorder that is at these totals, one after the other, and stays at the last."""

    def __init__(self, *totals: float) -> None:
        super().__init__("")
        self._totals: Iterator[float] = iter(totals)
        self._now = totals[0]

    def __getitem__(self, name: str) -> float:
        self._now = next(self._totals, self._now)
        return self._now


async def test_the_recorder_is_waited_for_until_it_has_nothing_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY_S", 0)
    monkeypatch.setattr(module, "_QUIET_S", 0.05)
    done = await catching_up(Recording(100, 200, 300, 320))
    assert (done.facts, done.all_of_them) == (220, True)


async def test_a_recorder_that_never_ends_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY_S", 0)
    monkeypatch.setattr(module, "_AT_MOST_S", 0.05)
    assert not (await catching_up(Recording(*range(100_000)))).all_of_them
