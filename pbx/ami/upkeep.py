"""Keeping the link up: connect, notice the loss, wait, connect again; one task does it all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from calls.clock import Clock
from calls.errors import PbxFault
from pbx.ami import faults
from pbx.ami.backoff import Backoff
from pbx.ami.client import HardenedManager
from pbx.ami.dispatch import Dispatcher
from pbx.ami.masked_text import failure_keys
from pbx.ami.protocol import HardenedProtocol
from pbx.ami.settings import AmiLogin, LinkTimes

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """How the link is, for /healthz.

    Args:
        since: when it went up, or down; attempts that fail do not change it.
        code: `up`, `ami_not_started`, `ami_connecting`, `ami_stopped`, or the code of the PbxFault that keeps it down.
        why: one sentence for a person.
    """

    up: bool
    since: datetime
    code: str
    why: str


class Upkeep:
    """The life of the link; see `AmiLink` for what `on_up` and `on_down` are promised."""

    def __init__(
        self,
        login: AmiLogin,
        times: LinkTimes,
        clock: Clock,
        dispatcher: Dispatcher,
        on_up: Callable[[], Awaitable[None]] | None,
        on_down: Callable[[LinkState], None] | None,
    ) -> None:
        self.manager = HardenedManager(login, times, dispatcher)
        self.state = LinkState(up=False, since=clock.now(), code="ami_not_started", why="The AMI link was not started.")
        self._changed_at = clock.monotonic()
        self._where = login.where
        self._times = times
        self._clock = clock
        self._dispatcher = dispatcher
        self._tally = dispatcher.tally
        self._on_up = on_up
        self._on_down = on_down
        self._backoff = Backoff(first_s=times.retry_first_s, most_s=times.retry_most_s)
        self._came_up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """See `AmiLink.start`."""
        if self._task is None:
            self._set_state(up=False, code="ami_connecting", why=f"The AMI link to {self._where} is being connected for the first time.")
            self._task = asyncio.create_task(self._run(), name=f"ami-link {self._where}")

    async def wait_up(self, timeout_s: float) -> None:
        """See `AmiLink.wait_up`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._came_up.wait()
        except TimeoutError:
            raise PbxFault(self.state.code, self.state.why) from None

    async def close(self) -> None:
        """See `AmiLink.close`."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.wait({task})
        self._set_state(up=False, code="ami_stopped", why=faults.closed_by_us().sentence)

    async def _run(self) -> None:
        while True:
            release = self._dispatcher.hold()
            try:
                await self._live(release)
            except PbxFault as fault:
                self._note_down(fault)
            except Exception as error:  # a mistake of ours; the link must outlive it
                log.error("ami_link_failed", **failure_keys(error))
                self._note_down(faults.our_mistake(error))
            finally:
                release()
                self.manager.close()
            await asyncio.sleep(self._backoff.next_s())

    async def _live(self, release: Callable[[], None]) -> None:
        """Connect; return when the connection is lost.

        Raises: PbxFault: it cannot be made.
        """
        protocol = await self.manager.connect()
        protocol.lost.add_done_callback(self._lost)
        self._note_up()
        async with asyncio.TaskGroup() as tasks:
            reconcile = tasks.create_task(self._reconcile(release), name="ami-reconcile")
            keep_alive = tasks.create_task(self._keep_alive(protocol), name="ami-keep-alive")
            await asyncio.wait({protocol.lost})
            reconcile.cancel()
            keep_alive.cancel()

    async def _reconcile(self, release: Callable[[], None]) -> None:
        try:
            if self._on_up is not None:
                async with asyncio.timeout(self._times.reconcile_s):
                    await self._on_up()
        except Exception as error:
            self._tally["failed_reconciles"] += 1
            log.error("ami_reconcile_failed", **failure_keys(error))
        finally:
            release()

    async def _keep_alive(self, protocol: HardenedProtocol) -> None:
        missed = 0
        while missed < self._times.pings_missed:
            if missed == 0:
                await asyncio.sleep(self._times.ping_every_s)
            missed = 0 if await self.manager.ping() else missed + 1
            if missed:
                self._tally["missed_pings"] += 1
                log.warning("ami_ping_missed", where=self._where, missed=missed)
        protocol.abort(faults.silent(self._where, missed * self._times.ping_s))

    def _note_up(self) -> None:
        down_s = self._clock.monotonic() - self._changed_at
        self._tally["connects"] += 1
        self._set_state(up=True, code="up", why=f"Logged in to Asterisk at {self._where}.")
        log.info("ami_link_came_up", where=self._where, was_down_s=round(down_s, 3))

    def _lost(self, lost: asyncio.Future[PbxFault]) -> None:
        """Runs before those whose actions failed by the loss, so that they find the link down."""
        if self.state.up and self._task is not None:
            self._note_down(lost.result())

    def _note_down(self, fault: PbxFault) -> None:
        was, lasted_s = self.state, self._clock.monotonic() - self._changed_at
        self._set_state(up=False, code=fault.code, why=fault.sentence, since=None if was.up else was.since)
        log.warning("ami_link_went_down" if was.up else "ami_connect_failed", code=fault.code, why=fault.sentence)
        if was.up:
            if lasted_s >= self._times.steady_s:
                self._backoff.reset()
            self._tally["losses"] += 1
            self._tell_down()

    def _tell_down(self) -> None:
        try:
            if self._on_down is not None:
                self._on_down(self.state)
        except Exception as error:  # the one who is told must not stop the reconnect
            log.error("ami_on_down_failed", **failure_keys(error))

    def _set_state(self, *, up: bool, code: str, why: str, since: datetime | None = None) -> None:
        self.state = LinkState(up=up, since=since or self._clock.now(), code=code, why=why)
        if since is None:
            self._changed_at = self._clock.monotonic()
        if up:
            self._came_up.set()
        else:
            self._came_up.clear()
