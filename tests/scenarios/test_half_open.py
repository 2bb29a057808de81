"""The link to Asterisk is half open, so that nothing comes any more and nobody has said that it ended; or it is cut in a rush of calls."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.house import NET, Wanted
from tests.scenarios.rush import LONGEST_S, all_served, rush

PORT: Final = 5039
LAB = "this module's own"


class Relay:
    """Between the engine and Asterisk's manager port; on a word it passes on nothing more and tells nobody."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._passing = asyncio.Event()
        self._over = asyncio.Event()
        self._refusing = False
        self._joins: set[asyncio.Task[None]] = set()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def silence(self) -> None:
        """From now on; also on new connections."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def let_new_ones_through(self) -> None:
        """The connections there are stay silent."""
        self._loop.call_soon_threadsafe(self._forget)

    def cut(self) -> None:
        """End every connection, and take none."""
        self._loop.call_soon_threadsafe(self._refuse)

    def mend(self) -> None:
        """Take connections again."""
        self._loop.call_soon_threadsafe(setattr, self, "_refusing", False)

    def stop(self) -> None:
        """With every connection."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)

    def _forget(self) -> None:
        self._passing = asyncio.Event()
        self._passing.set()

    def _refuse(self) -> None:
        self._refusing = True
        for task in self._joins:
            task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._passing.set()
        server = await asyncio.start_server(self._joined, f"{NET}.1", PORT)
        await self._over.wait()
        server.close()
        joins = list(self._joins)
        for task in joins:
            task.cancel()
        await asyncio.gather(*joins, return_exceptions=True)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._refusing:
            writer.transport.abort()
            return
        self._joins.add(task)
        task.add_done_callback(self._joins.discard)
        passing = self._passing
        with suppress(OSError, asyncio.CancelledError):
            from_asterisk, to_asterisk = await asyncio.open_connection(f"{NET}.1", 5038)
            try:
                await asyncio.gather(_pass_on(reader, to_asterisk, passing), _pass_on(from_asterisk, writer, passing))
            finally:
                to_asterisk.transport.abort()
                writer.transport.abort()
                await asyncio.sleep(0)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: asyncio.Event) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            await passing.wait()
            writer.write(data)
            await writer.drain()
        writer.close()


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.stop()


@pytest.fixture(scope="module")
def wanted(relay: Relay) -> Wanted:
    del relay  # there before the engine
    return Wanted(overrides=(f"asterisk.pbx1.ami.port={PORT}",))


async def test_it_is_noticed_calls_go_on_and_what_happened_meanwhile_is_found(hotline: Hotline, relay: Relay) -> None:
    seat, leaves = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    relay.silence()
    await leaves.stop()
    silent = time.monotonic()
    await hotline.part_is("asterisk", ok=False)
    hotline.measured("AMI is half open -> it is noticed", time.monotonic() - silent)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await seat.call_ended()
    again = await hotline.calls(OTHER_KEYS[0])
    await hotline.talk(again, seat)
    relay.let_new_ones_through()
    open_again = time.monotonic()
    await hotline.part_is("asterisk", ok=True)
    hotline.measured("AMI is open again -> the engine is well", time.monotonic() - open_again)
    await hotline.seat_is(8004, "unreachable")
    await again.hang_up()
    assert (await hotline.ended(call_id, "completed"))["number"].replace("-", "") == KEY


@pytest.mark.timeout(LONGEST_S)
async def test_it_is_cut_in_a_rush_of_calls_and_everybody_is_served_and_nothing_is_missing_afterwards(
    hotline: Hotline, relay: Relay, tmp_path: Path
) -> None:
    async with rush(hotline, tmp_path) as calls:
        relay.cut()
        await hotline.part_is("asterisk", ok=False)
        await calls.rung_for(await calls.goes_on())
        relay.mend()
        mended = time.monotonic()
        await hotline.part_is("asterisk", ok=True)
        hotline.measured("under load: AMI takes connections again -> the engine is well", time.monotonic() - mended)
        await calls.goes_on()
        all_served(await calls.is_over(), calls.callers)
