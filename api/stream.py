"""GET /api/v1/stream: what happens, as it happens, over a WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from api.errors import Forbidden, Malformed, Unauthorized
from api.hostile import read_json
from api.hub import Follower, Hub
from api.rights import Right
from api.route import BEARER, SOURCES, TOKENS
from api.tokens import Bearer, Tokens
from calls.errors import Refused

log = structlog.get_logger(__name__)

NOT_KNOWN: Final = 4401
"""Close code: the token is missing, late or not known."""
NOT_ALLOWED: Final = 4403
"""Close code: the token's role may not look."""
TOO_SLOW: Final = int(WSCloseCode.TRY_AGAIN_LATER)
"""Close code: more happened than was read; come again, and look at everything anew."""
GOING_AWAY: Final = int(WSCloseCode.GOING_AWAY)
"""Close code: the engine stops."""

_LONGEST_MESSAGE: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """How long a stream waits, and how much waits for it.

    Args:
        token_s: for the first message, where the token did not come in the header.
        heartbeat_s: between two pings; who does not answer within half of it has gone.
        close_s: for the other side's word that it closes, too.
        queued: messages that wait for one follower at most; at ten facts a call, a minute of a busy hotline.
        retry_s: before the source of facts is asked again after a fault.
    """

    token_s: float = 10.0
    heartbeat_s: float = 20.0
    close_s: float = 2.0
    queued: int = 1000
    retry_s: float = 1.0


HUB: Final = web.AppKey("hub", Hub)
LIMITS: Final = web.AppKey("stream_limits", StreamLimits)
STOPPING: Final = web.AppKey("stopping", asyncio.Event)


def add_stream(app: web.Application, limits: StreamLimits) -> None:
    """What the stream needs of the application: the hub runs from its start to its end."""
    app[LIMITS] = limits
    app[STOPPING] = asyncio.Event()
    sources = app[SOURCES]
    app[HUB] = Hub(sources.happenings, sources.registry, queued=limits.queued, retry_s=limits.retry_s)
    app.cleanup_ctx.append(_run_hub)
    app.on_shutdown.append(_stop)


async def stream(request: web.Request) -> web.StreamResponse:
    """Follow what happens until either side closes."""
    limits = request.app[LIMITS]
    socket = web.WebSocketResponse(
        heartbeat=limits.heartbeat_s, max_msg_size=_LONGEST_MESSAGE, timeout=limits.close_s, compress=False
    )
    if not socket.can_prepare(request):
        raise Malformed("websocket_wanted", "This is a WebSocket: ask for an upgrade.")
    known = _of_header(request)
    await socket.prepare(request)
    try:
        bearer = known or await _introduced(socket, request.app[TOKENS], limits.token_s)
        bearer.must(Right.LOOK)
    except Refused as refusal:
        code = NOT_ALLOWED if isinstance(refusal, Forbidden) else NOT_KNOWN
        await socket.close(code=code, message=refusal.sentence.encode("ascii", "replace")[:120])
        return socket
    request[BEARER] = bearer
    await _followed(request, socket, bearer)
    return socket


def _of_header(request: web.Request) -> Bearer | None:
    """Raises: Unauthorized, Forbidden: before anything is upgraded, so that it is answered like any request."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    bearer = request.app[TOKENS].of_header(header)
    bearer.must(Right.LOOK)
    return bearer


async def _introduced(socket: web.WebSocketResponse, tokens: Tokens, token_s: float) -> Bearer:
    """Who the first message says it is: browsers cannot set a header. Raises: Unauthorized, Malformed."""
    try:
        async with asyncio.timeout(token_s):
            message = await socket.receive()
    except TimeoutError:
        raise Unauthorized("token_late", "No token came in time.") from None
    sent = read_json(message.data.encode()) if message.type is WSMsgType.TEXT else None
    match sent:
        case {"type": "auth", "token": str(secret)}:
            return tokens.bearer(secret)
    raise Unauthorized("token_missing", 'The first message is {"type": "auth", "token": "..."}.')


async def _followed(request: web.Request, socket: web.WebSocketResponse, bearer: Bearer) -> None:
    hub = request.app[HUB]
    follower = hub.enter(all_kinds=bearer.may(Right.SUPERVISE))
    try:
        await socket.send_json({"type": "ready", "name": bearer.name, "role": bearer.role})
        await _until_over(request, socket, follower)
    except ConnectionError:
        log.info("stream_lost", who=bearer.name)
    finally:
        hub.leave(follower)


async def _until_over(request: web.Request, socket: web.WebSocketResponse, follower: Follower) -> None:
    """Send until the other side closes, reads too slowly, or the engine stops."""
    stopping = request.app[STOPPING]
    over = await _first(
        left=_listen(socket), lost=_send(socket, follower), slow=follower.overrun.wait(), stopping=stopping.wait()
    )
    if over == "slow":
        log.warning("stream_too_slow")
        await socket.close(code=TOO_SLOW, message=b"read faster", drain=False)
        if request.transport is not None:
            request.transport.abort()  # what it never read would wait for it for ever
    elif over == "stopping":
        await socket.close(code=GOING_AWAY, message=b"the engine stops", drain=False)
    else:
        await socket.close()


async def _first(**jobs: Coroutine[Any, Any, object]) -> str:
    """The name of the job that ends first; the others are cancelled. Raises: what that job raised."""
    tasks = [asyncio.create_task(job, name=name) for name, job in jobs.items()]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        first = next(task for task in tasks if task in done)
        first.result()
        return first.get_name()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(socket: web.WebSocketResponse) -> None:
    """Until the other side closes or does not answer a ping. What it says is of no account."""
    async for _ in socket:
        pass


async def _send(socket: web.WebSocketResponse, follower: Follower) -> None:
    while not socket.closed:
        await socket.send_str(await follower.take())


async def _run_hub(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[HUB].run(), name="stream_hub")
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _stop(app: web.Application) -> None:
    app[STOPPING].set()
