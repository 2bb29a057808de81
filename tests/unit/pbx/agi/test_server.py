"""The door for Asterisk's calls: who may come in, and how it is opened and closed."""

import asyncio
import socket

import pytest
import structlog

from calls.errors import LegGone, PbxFault, Refused
from pbx.agi.link import AgiLink
from pbx.agi.server import AgiLimits, AgiServer
from pbx.agi.session import AgiSession
from tests.unit.pbx.agi.fake_call import environment, until
from tests.unit.pbx.agi.serving import UNIQUEID, Desk, Peer, a_call_is_served, finishes, serving


async def test_a_call_is_served_and_its_last_word_said() -> None:
    async with serving() as server:
        peer = await Peer.calls(server)
        assert await peer.obeys() == [b'SET VARIABLE "ZHIDA_DONE" "1"\n']
        assert (server.counters.connections, server.counters.sessions, server.counters.unfinished) == (1, 1, 0)


async def test_the_handler_knows_which_call_it_is() -> None:
    desk = Desk()
    async with serving(desk) as server:
        peer = await Peer.calls(server)
        session = await desk.sessions.get()
        assert session.request.uniqueid == UNIQUEID.decode()
        assert session.request.peer == "127.0.0.1"
        assert list(server.sessions) == [session]
        desk.release.set()
        await peer.obeys()
        assert not server.sessions


async def test_what_the_handler_logs_carries_the_call_id() -> None:
    seen: list[object] = []

    async def handler(session: AgiSession) -> None:
        seen.append(structlog.contextvars.get_contextvars().get("call_id"))
        await session.finish()

    async with serving(handler) as server:
        await (await Peer.calls(server)).obeys()
    assert seen == [UNIQUEID.decode()]
    assert "call_id" not in structlog.contextvars.get_contextvars()


async def test_the_socket_is_set_up_for_speed_and_for_dead_hosts() -> None:
    desk = Desk()
    async with serving(desk) as server:
        peer = await Peer.calls(server)
        session = await desk.sessions.get()
        sock = session._link._transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
        peer.leaves()


async def test_an_environment_may_come_in_any_pieces() -> None:
    async with serving() as server:
        peer = await Peer.connects(server)
        for byte in environment():
            peer.says(bytes([byte]))
            await asyncio.sleep(0)
        assert await peer.obeys() == [b'SET VARIABLE "ZHIDA_DONE" "1"\n']


# ── a handler goes wrong ──


async def test_one_calls_failure_is_that_calls_alone() -> None:
    desk = Desk()

    async def handler(session: AgiSession) -> None:
        if session.request.uniqueid == "bad.1":
            raise KeyError("a mistake of ours")
        await desk(session)

    async with serving(handler) as server:
        good = await Peer.calls(server)
        session = await desk.sessions.get()
        with structlog.testing.capture_logs() as logs:
            await (await Peer.calls(server, b"bad.1")).is_cut_off()
        assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["agi_handler_failed"]
        assert (server.counters.handler_failures, server.counters.unfinished) == (1, 1)
        assert not session.dead
        desk.release.set()
        assert await good.obeys() == [b'SET VARIABLE "ZHIDA_DONE" "1"\n']


async def test_a_handler_that_returns_without_the_last_word_leaves_the_call_to_the_next_engine() -> None:
    async def handler(session: AgiSession) -> None:
        await session.noop()

    async with serving(handler) as server:
        assert await (await Peer.calls(server)).obeys() == [b"NOOP\n"]
        assert server.counters.unfinished == 1


async def test_a_caller_who_is_gone_is_no_failure() -> None:
    async def handler(session: AgiSession) -> None:
        await session.wait_gone()
        raise LegGone("caller_hung_up", "gone")

    async with serving(handler) as server:
        peer = await Peer.calls(server)
        peer.says(b"HANGUP\n")
        await peer.is_cut_off()
        assert (server.counters.handler_failures, server.counters.unfinished) == (0, 0)


async def test_an_asterisk_that_goes_away_ends_its_calls() -> None:
    desk = Desk()
    async with serving(desk) as server:
        peer = await Peer.calls(server)
        session = await desk.sessions.get()
        peer.resets()
        await session.wait_gone()
        assert session.dead


# ── who may come in, and for how long ──


@pytest.mark.parametrize("rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100, b"\x16\x03\x01", b"\n"])
async def test_who_does_not_speak_agi_is_cut_off_at_once(rubbish: bytes) -> None:
    async with serving() as server:
        peer = await Peer.connects(server)
        peer.says(rubbish)
        await peer.is_cut_off()
        assert server.counters.env_refused == 1
        await a_call_is_served(server)


async def test_ten_megabytes_are_not_read_to_their_end() -> None:
    async with serving() as server:
        peer = await Peer.connects(server)
        peer.says(b"agi_network: yes\n" + b"agi_x: a" * 1_250_000)
        await peer.is_cut_off()
        assert server.counters.env_refused == 1
        await a_call_is_served(server)


async def test_a_call_without_a_usable_id_is_cut_off() -> None:
    async with serving() as server:
        peer = await Peer.calls(server, b"a b")
        await peer.is_cut_off()
        assert (server.counters.env_refused, server.counters.sessions) == (1, 0)


async def test_a_port_scan_leaves_nothing_behind() -> None:
    async with serving() as server:
        for ending in (Peer.leaves, Peer.resets):
            for said in (b"", b"agi_network: yes\n"):
                peer = await Peer.connects(server)
                peer.says(said)
                ending(peer)
        await a_call_is_served(server)
        await until(lambda: not server.unidentified)
        assert (server.counters.sessions, server.counters.handler_failures) == (1, 0)


@pytest.mark.parametrize("said", [b"", b"agi_network: yes\nagi_uniq"])
async def test_who_does_not_say_which_call_it_is_has_so_long_and_no_longer(said: bytes) -> None:
    async with serving(limits=AgiLimits(env_timeout_s=0.02)) as server:
        peer = await Peer.connects(server)
        peer.says(said)
        await peer.is_cut_off()
        assert (server.counters.env_timeouts, server.unidentified) == (1, 0)
        await a_call_is_served(server)


async def test_many_who_say_nothing_do_not_keep_a_call_out() -> None:
    async with serving(limits=AgiLimits(max_unidentified=3)) as server:
        silent = [await Peer.connects(server) for _ in range(5)]
        await silent[0].is_cut_off()
        await silent[1].is_cut_off()
        await a_call_is_served(server)
        assert server.counters.crowded_out == 3
        for peer in silent[2:]:
            peer.leaves()


async def test_who_is_not_on_the_list_is_cut_off_unread() -> None:
    async with serving(allow=("192.0.2.0/24", "::1")) as server:
        peer = await Peer.calls(server)
        await peer.is_cut_off()
        assert (server.counters.peers_refused, server.counters.sessions) == (1, 0)


async def test_the_list_takes_addresses_and_networks() -> None:
    async with serving(allow=("192.0.2.1", "127.0.0.0/8")) as server:
        await a_call_is_served(server)
    with pytest.raises(Refused, match="'asterisk' is not an address or network that may connect"):
        AgiServer("127.0.0.1", 0, finishes, allow=["asterisk"])


class Knock(AgiLink):
    """A connection that comes from there, without a socket."""

    def __init__(self, server: AgiServer, peer: str) -> None:
        super().__init__(server, server.counters, linger_s=1)
        self.peer = peer
        self.cut = False

    def abort(self) -> None:
        self.cut = True
        self._owner.lost(self)


@pytest.mark.parametrize(
    ("peer", "cut"),
    [("127.0.0.1", False), ("::ffff:127.0.0.1", False), ("::ffff:192.0.2.1", True), ("::1", True), ("", True), ("192.0.2.1", True)],
)
async def test_a_peer_counts_as_what_it_is(peer: str, cut: bool) -> None:
    server = AgiServer("::", 0, finishes, allow=("127.0.0.0/8",))
    knock = Knock(server, peer)
    server.connected(knock)
    assert knock.cut is cut
    assert server.unidentified == (not cut)
    server.lost(knock)


async def test_who_comes_in_while_it_stops_is_cut_off() -> None:
    server = AgiServer("127.0.0.1", 0, finishes)
    await server.close()
    knock = Knock(server, "127.0.0.1")
    server.connected(knock)
    assert knock.cut


async def test_a_call_whose_connection_turns_to_rubbish_ends_with_its_reason() -> None:
    async def handler(session: AgiSession) -> None:
        await session.noop()

    async with serving(handler) as server:
        peer = await Peer.calls(server)
        await peer.hears()
        with structlog.testing.capture_logs() as logs:
            peer.says(b"x" * 70_000)
            await peer.is_cut_off()
            await until(lambda: not server.sessions)
        events = [(entry["event"], entry.get("code")) for entry in logs if entry["log_level"] == "error"]
        assert events == [("agi_connection_broken", "agi_reply_too_long"), ("agi_handler_failed", None)]


async def test_a_full_engine_sends_the_call_to_the_next_one() -> None:
    desk = Desk()
    async with serving(desk, AgiLimits(max_sessions=1)) as server:
        first = await Peer.calls(server)
        await desk.sessions.get()
        await (await Peer.calls(server, b"2.2")).is_cut_off()
        assert server.counters.full == 1
        desk.release.set()
        await first.obeys()
        await a_call_is_served(server)


# ── start and stop ──


async def test_an_address_that_is_taken_is_told_in_one_sentence() -> None:
    async with serving() as server:
        with pytest.raises(PbxFault, match=f"Cannot listen for AGI on 127.0.0.1:{server.address[1]}: "):
            await AgiServer("127.0.0.1", server.address[1], finishes).start()


async def test_stopping_lets_a_call_end_by_itself() -> None:
    async def handler(session: AgiSession) -> None:
        await session.stopping.wait()
        await session.finish()

    async with serving(handler) as server:
        peer = await Peer.calls(server)
        await until(lambda: server.sessions)
        heard, _ = await asyncio.gather(peer.obeys(), server.close(grace_s=10))
        assert heard == [b'SET VARIABLE "ZHIDA_DONE" "1"\n']


async def test_a_call_that_does_not_end_is_left_to_the_next_engine() -> None:
    desk = Desk()
    async with serving(desk) as server:
        peer = await Peer.calls(server)
        await desk.sessions.get()
        heard, _ = await asyncio.gather(peer.obeys(), server.close(grace_s=0.01))
        assert heard == []
        assert desk.cancelled == 1
        assert not server.sessions


async def test_nobody_new_comes_in_once_it_stops_and_stopping_twice_is_stopping_once() -> None:
    desk = Desk()
    async with serving(desk) as server:
        silent = await Peer.connects(server)
        await until(lambda: server.unidentified)
        address = server.address
        await asyncio.gather(server.close(grace_s=0.01), server.close(grace_s=60))
        await silent.is_cut_off()
        with pytest.raises(ConnectionError):
            await asyncio.open_connection(*address)
        await server.close()


async def test_a_handler_that_will_not_be_stopped_is_told_of_and_its_connection_cut() -> None:
    release = asyncio.Event()

    async def handler(session: AgiSession) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    async with serving(handler) as server:
        peer = await Peer.calls(server)
        await until(lambda: server.sessions)
        with structlog.testing.capture_logs() as logs:
            await server.close(grace_s=0.01)
        await peer.is_cut_off()
        assert [entry["call_id"] for entry in logs if entry["event"] == "agi_handler_stuck"] == [UNIQUEID.decode()]
        release.set()
        await until(lambda: not server.sessions)
