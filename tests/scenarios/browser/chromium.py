"""A Chromium without a window, driven through its DevTools protocol."""

import asyncio
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

from lab.patience import PATIENCE_S
from lab.phones.errors import PhoneFault
from lab.phones.programs import Running, start

_PROGRAMS: Final = ("/usr/lib/chromium/chromium-headless-shell", "chromium")
"""Either will do. The first is the program itself, because Debian's script of that name stays its parent and cannot be ended for it."""
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",  # root and containers have none; the only page shown is ours
    "--disable-gpu",
    "--disable-dev-shm-usage",  # small in containers
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",  # as for a page that may use the microphone
)
_STARTS_WITHIN_S: Final = 60.0  # 1 s; the first start after an installation reads 400 MB
_ANSWER_S: Final = PATIENCE_S
_LOOK_EVERY_S: Final = 0.02
TELL: Final = "tell"
"""The function of this name in a page calls back."""


def program() -> str:
    """The browser there is on this machine. Without one its stories fail: a suite that leaves them out has not told them.

    Raises: PhoneFault: there is none.
    """
    found = next((program for program in _PROGRAMS if shutil.which(program)), None)
    if found is None:
        raise PhoneFault("browser_missing", "No Chromium is installed; ./zhida test installs one.")
    return found


class Chromium:
    """One browser. Use it as `async with Chromium(folder) as chromium`.

    Args:
        folder: its own, for the profile and the log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: Running | None = None
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._told: dict[str, Callable[[str], None]] = {}

    async def __aenter__(self) -> Self:
        profile = self._folder / "profile"
        profile.mkdir(parents=True)
        command = [program(), *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._running = await start(command, folder=self._folder, log=self._folder / "log")
        try:
            uri = await self._devtools(profile / "DevToolsActivePort", self._running)
            self._session = aiohttp.ClientSession()
            self._socket = await self._session.ws_connect(uri, max_msg_size=0)
        except BaseException:
            await self.__aexit__()
            raise
        self._reader = asyncio.create_task(self._read(self._socket), name="devtools")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        if self._session is not None:
            await self._session.close()
        if self._running is not None:
            await self._running.stop()

    async def open(self, page: Path, told: Callable[[str], None]) -> "Tab":
        """Open a tab with this page; `told` gets every text the page passes to `tell()`."""
        tab = await self._tab(told)
        await tab.load(page)
        return tab

    async def visit(self, url: str) -> "Tab":
        """Open a tab and have it go to this address; it may go on to others from there."""
        tab = await self._tab(lambda _: None)
        await tab.go(url)
        return tab

    async def _tab(self, told: Callable[[str], None]) -> "Tab":
        target = (await self.do("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.do("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        self._told[session] = told
        return Tab(self, target, session)

    async def do(self, method: str, *, session: str = "", **parameters: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
        """Give a command; its result.

        Raises: PhoneFault: it was refused, or not answered.
        """
        if self._socket is None:
            raise RuntimeError("Chromium is used with `async with`")
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        command = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        try:
            await self._socket.send_str(json.dumps(command))
            async with asyncio.timeout(_ANSWER_S):
                said = await answer
        except (TimeoutError, OSError) as problem:
            raise PhoneFault("browser_silent", f"Chromium did not answer {method} within {_ANSWER_S:g} s.") from problem
        finally:
            del self._answers[number]
        if "error" in said:
            raise PhoneFault("browser_refused", f"Chromium refused {method}: {said['error']['message']}.")
        result: dict[str, Any] = said["result"]
        return result

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            said = json.loads(frame.data)
            if (answer := self._answers.get(said.get("id", 0))) is not None and not answer.done():
                answer.set_result(said)
            elif said.get("method") == "Runtime.bindingCalled" and (told := self._told.get(said["sessionId"])):
                told(said["params"]["payload"])

    @staticmethod
    async def _devtools(noted: Path, running: Running) -> str:
        """The address, from the file Chromium writes: its port and the path, one in each line."""
        try:
            async with asyncio.timeout(_STARTS_WITHIN_S):
                while not running.ended:
                    if noted.exists() and len(lines := noted.read_text().splitlines()) == 2:
                        return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            pass
        raise PhoneFault("browser_not_up", f"Chromium did not start. Its last words: {running.last_words()}")


class Tab:
    """One tab of it."""

    def __init__(self, chromium: Chromium, target: str, session: str) -> None:
        self._chromium = chromium
        self._target = target
        self._session = session

    async def load(self, page: Path) -> None:
        """Show this page; returns when its scripts have run."""
        await self._do("Runtime.enable")
        await self._do("Runtime.addBinding", name=TELL)
        await self._do("Page.navigate", url=page.as_uri())
        await self.run("new Promise(ready => document.readyState == 'complete' ? ready() : addEventListener('load', ready))")

    async def go(self, url: str) -> None:
        """Go to this address, and do not wait for what is there."""
        await self._do("Page.navigate", url=url)

    async def run(self, expression: str) -> Any:  # noqa: ANN401  JSON
        """The value of a JavaScript expression, awaited where it is a promise.

        Raises: PhoneFault: it threw.
        """
        said = await self._do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in said:
            thrown = said["exceptionDetails"]
            raise PhoneFault("page_threw", f"The page threw {thrown.get('exception', {}).get('description') or thrown['text']}")
        return said["result"].get("value")

    async def close(self) -> None:
        """As somebody does who clicks it away."""
        await self._chromium.do("Target.closeTarget", targetId=self._target)

    async def _do(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
        return await self._chromium.do(method, session=self._session, **parameters)
