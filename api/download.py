"""A file as an answer: streamed, with ranges (RFC 9110 §14), and told apart by the SHA-256 of its bytes."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from api.errors import NoSuchRange
from calls.errors import NotFound, StoreFault

log = structlog.get_logger(__name__)

_ONE_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """Bytes to be sent.

    Args:
        stream: (start, size) -> those bytes. Raises: NotFound, StoreFault.
        name: what a browser saves it as; letters, digits and ._- only.
    """

    media: str
    name: str
    size: int
    sha256: str
    stream: Callable[[int, int], AsyncIterator[bytes]]

    @property
    def etag(self) -> str:
        """Strong: it changes with every bit."""
        return f'"{self.sha256}"'


@dataclass(frozen=True, slots=True)
class Part:
    """From `start` (counted from 0) so many bytes."""

    start: int
    size: int


async def send(request: web.Request, download: Download) -> web.StreamResponse:
    """Answer with the file, or the part of it that is asked for.

    Raises: NoSuchRange: it ends before. NotFound, StoreFault: the first bytes could not be had.
    """
    headers = {"ETag": download.etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
    if download.etag in _tags(request.headers.get("If-None-Match")):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    part = part_asked(request, download)
    response = web.StreamResponse(status=HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT, headers=headers)
    response.content_type = download.media
    response.headers["Content-Disposition"] = f'inline; filename="{download.name}"'
    if part is not None:
        response.headers["Content-Range"] = f"bytes {part.start}-{part.start + part.size - 1}/{download.size}"
    sent = part or Part(0, download.size)
    response.content_length = sent.size
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    chunks = download.stream(sent.start, sent.size)
    first = await anext(chunks, b"")  # a store that is away is told of as a problem, not as a broken file
    await response.prepare(request)
    await _pour(request, response, first, chunks)
    return response


async def _pour(request: web.Request, response: web.StreamResponse, first: bytes, chunks: AsyncIterator[bytes]) -> None:
    try:
        await response.write(first)
        async for chunk in chunks:
            await response.write(chunk)
        await response.write_eof()
    except ConnectionError:
        log.debug("download_broken_off")  # whoever listened has heard enough
    except (StoreFault, NotFound) as fault:
        log.error("download_failed", code=fault.code, why=fault.sentence)
        if request.transport is not None:
            request.transport.abort()  # the only way left to say that this is not the whole file


def part_asked(request: web.Request, download: Download) -> Part | None:
    """The one range that is asked for; None where the whole file is to be sent: no range, one for another file, several, or nonsense.

    Raises: NoSuchRange.
    """
    asked = _ONE_RANGE.match(request.headers.get("Range", "").strip().replace(" ", ""))
    unless = request.headers.get("If-Range")
    if request.method != "GET" or asked is None or (unless is not None and unless.strip() != download.etag):
        return None
    first, last = asked.groups()
    if not first and not last:
        return None
    if not first:
        start, end = max(0, download.size - int(last)), download.size
    else:
        start, end = int(first), min(int(last or download.size) + 1, download.size)
        if last and int(last) < start:
            return None
    if start >= download.size:
        raise NoSuchRange("range_not_there", f"The file has {download.size} bytes; the range begins behind them.", size=download.size)
    return Part(start, end - start)


def _tags(header: str | None) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in (header or "").split(",")}
