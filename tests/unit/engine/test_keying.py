"""Where Asterisk brings what is keyed in: to an engine that lives."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from structlog.testing import capture_logs

from calls.errors import PbxFault
from engine.keying import bring_keys_here


class Link:
    """One Asterisk's (pbx.ami.link.AmiLink): notes what is set."""

    def __init__(self, *, up: bool = True, fails: bool = False) -> None:
        self.state = SimpleNamespace(up=up)
        self.set: list[Mapping[str, object]] = []
        self.asked = asyncio.Event()
        self._fails = fails

    async def action(self, name: str, **headers: object) -> Any:  # noqa: ANN401  a response
        self.asked.set()
        if self._fails:
            raise PbxFault("ami_timeout", "no answer")
        self.set.append({"action": name, **headers})
        return SimpleNamespace(ok=True, get=lambda _: "Success")


async def brought(**links: Link) -> None:
    """Until the last one was asked."""
    asterisks = {name: SimpleNamespace(link=link) for name, link in links.items()}
    with capture_logs():
        telling = asyncio.create_task(bring_keys_here(asterisks, "10.0.0.5:4573"))  # type: ignore[arg-type]
        async with asyncio.timeout(30):
            await list(links.values())[-1].asked.wait()
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def test_every_asterisk_that_is_heard_is_told_for_all_its_channels() -> None:
    first, away, second = Link(), Link(up=False), Link()
    await brought(first=first, away=away, second=second)
    assert first.set == [{"action": "Setvar", "Variable": "ZHIDA_KEYS_AT", "Value": "10.0.0.5:4573"}]
    assert (second.set, away.set) == (first.set, [])


async def test_one_that_does_not_answer_keeps_nothing_from_the_others() -> None:
    silent, other = Link(fails=True), Link()
    await brought(silent=silent, other=other)
    assert len(other.set) == 1
