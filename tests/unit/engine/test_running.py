"""An engine starts, is told to stop, and finds its addresses taken or Redis away on the way."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from calls.errors import Fault, PbxFault, StoreFault
from engine.running import run


class Parts:
    """An engine's parts that note when they are started and stopped."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.redis_away = False
        self.sign_off_fails = False
        self.port_taken = False
        self.agi_taken = False
        self.first_read = asyncio.Event()
        self.first_read.set()
        self.taking_calls = asyncio.Event()

    def engine(self) -> SimpleNamespace:
        forever = self.forever
        recorder = SimpleNamespace(run=lambda: forever("recorder"))
        return SimpleNamespace(
            engine_id="e1",
            settings=SimpleNamespace(engine=SimpleNamespace(graceful_stop_s=1), seats=None),
            live=SimpleNamespace(
                define=self.defined,
                listen=lambda _: forever("deliveries"),
                keep_time=self.keeps_time,
                sign_off=self.signed_off,
                calls=self.nobody,
                seats=self.nobody,
            ),
            seats=SimpleNamespace(sign_out_strangers=self.nobody),
            asterisks={"pbx1": self.asterisk()},
            agi=SimpleNamespace(start=self.door_opened, close=lambda **_: self.noted("door closed")(), address=("127.0.0.1", 4573)),
            post=SimpleNamespace(calls=set()),
            links=SimpleNamespace(run=lambda: forever("links")),
            specialists=SimpleNamespace(wishes=SimpleNamespace(run=lambda: forever("wishes"))),
            callback_keeper=SimpleNamespace(run=lambda: forever("callbacks")),
            directory=SimpleNamespace(first_read=self.first_read, follow=lambda *_: forever("directory"), fault="not read"),
            news=SimpleNamespace(listen=lambda: forever("news")),
            reloads=SimpleNamespace(news=SimpleNamespace(listen=lambda: forever("reloads asked"))),
            stores=SimpleNamespace(
                database=SimpleNamespace(upgrade=self.noted("migrated"), close=self.noted("database closed")),
                directory=None,
                rota=None,
                callbacks=SimpleNamespace(standing=self.nobody),
                records=SimpleNamespace(unheard=self.nobody),
            ),
            shifts=SimpleNamespace(look=lambda _: None, follow=lambda *_: forever("duty table")),
            recorder=recorder,
            keeper=SimpleNamespace(run=lambda: forever("keeper")),
            recordings=SimpleNamespace(end_overdue=lambda: forever("pauses")),
            seen=SimpleNamespace(calls=(), seats=()),
            redis=SimpleNamespace(aclose=self.noted("redis closed")),
            taking_calls=self.taking_calls,
            address="127.0.0.1:4573",
        )

    def asterisk(self) -> SimpleNamespace:
        link = SimpleNamespace(start=lambda: None, wait_up=self.up, close=self.noted("link closed"), state=SimpleNamespace(up=False))
        reconciler = SimpleNamespace(run=lambda: self.forever("reconciler"), compared=SimpleNamespace(wait=self.noted("compared")))
        return SimpleNamespace(name="pbx1", link=link, reconciler=reconciler)

    def reloader(self) -> SimpleNamespace:
        return SimpleNamespace(signalled=lambda: self.did.append("reloaded"), follow=lambda: self.forever("reloads"))

    def api(self) -> SimpleNamespace:
        return SimpleNamespace(start=self.listens, close=self.noted("api closed"), host="127.0.0.1", port=8080)

    def noted(self, what: str) -> Callable[[], Awaitable[None]]:
        async def note() -> None:
            self.did.append(what)

        return note

    async def forever(self, _: str) -> None:
        await asyncio.Event().wait()

    async def keeps_time(self) -> None:
        while True:
            self.did.append("beat")
            await asyncio.sleep(0.001)

    async def nobody(self) -> list[object]:
        return []

    async def up(self, _: float) -> None:
        self.did.append("linked")

    async def listens(self) -> None:
        if self.port_taken:
            raise OSError(98, "Address already in use")
        self.did.append("api")

    async def door_opened(self) -> None:
        if self.agi_taken:
            raise PbxFault("agi_cannot_listen", "Cannot listen for AGI on 127.0.0.1:4573: Address already in use.")
        self.did.append("door")

    async def defined(self, _: object) -> None:
        if self.redis_away:
            raise StoreFault("redis_away", "Redis does not answer.")
        self.did.append("seats")

    async def signed_off(self) -> None:
        if self.sign_off_fails:
            raise StoreFault("redis_away", "Redis does not answer.")
        self.did.append("signed off")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    monkeypatch.setattr("engine.running.seat_definitions", lambda _: ())
    return Parts()


async def runs(parts: Parts, until: Callable[[], bool]) -> None:
    """The engine runs until it is so, gets SIGTERM, and ends."""
    task = asyncio.create_task(run(parts.engine(), parts.api(), parts.reloader()))  # type: ignore[arg-type]
    async with asyncio.timeout(30):
        while not until() and not task.done():  # noqa: ASYNC110  nothing here tells
            await asyncio.sleep(0.001)
        os.kill(os.getpid(), signal.SIGTERM)
        await task


async def test_calls_come_last_and_go_first(parts: Parts) -> None:
    await runs(parts, parts.taking_calls.is_set)
    order = [what for what in parts.did if what != "beat"]
    assert order[:3] == ["api", "seats", "linked"]
    assert order.index("door") < order.index("door closed") < order.index("signed off") < order.index("redis closed")


async def test_no_timer_runs_before_it_is_known_which_phones_are_in_use(parts: Parts) -> None:
    await runs(parts, parts.taking_calls.is_set)
    assert parts.did.index("linked") < parts.did.index("compared") < parts.did.index("beat")


async def test_nothing_says_that_the_engine_lives_after_it_has_signed_off(parts: Parts) -> None:
    await runs(parts, parts.taking_calls.is_set)
    assert "beat" not in parts.did[parts.did.index("signed off") :]


async def test_an_engine_that_waits_for_redis_can_be_stopped_and_says_so_over_http(parts: Parts) -> None:
    parts.redis_away = True
    await runs(parts, lambda: "api" in parts.did)
    assert "door" not in parts.did
    assert parts.did[-3:] == ["link closed", "redis closed", "database closed"]


async def test_an_engine_that_waits_for_the_directory_can_be_stopped(parts: Parts) -> None:
    parts.first_read.clear()
    await runs(parts, lambda: "migrated" in parts.did)
    assert "door" not in parts.did


async def test_an_engine_stops_in_order_while_redis_is_away(parts: Parts) -> None:
    parts.sign_off_fails = True
    await runs(parts, parts.taking_calls.is_set)
    assert parts.did[-1] == "database closed"


async def test_a_port_that_is_taken_is_told_in_one_sentence(parts: Parts) -> None:
    parts.port_taken = True
    with pytest.raises(Fault, match=r"Cannot serve HTTP on 127\.0\.0\.1:8080: Address already in use\."):
        await run(parts.engine(), parts.api(), parts.reloader())  # type: ignore[arg-type]


async def test_a_door_that_is_taken_is_told_in_one_sentence(parts: Parts) -> None:
    parts.agi_taken = True
    with pytest.raises(PbxFault, match="Cannot listen for AGI"):
        await run(parts.engine(), parts.api(), parts.reloader())  # type: ignore[arg-type]
