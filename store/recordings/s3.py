"""Recordings in a bucket of S3-compatible storage, by obstore, whose own threads do the work (docs/decisions/17-recordings.md)."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from calls.errors import NotFound, StoreFault
from tickets.manifests import SoundFile, Stored

_AT_ONCE: Final = 256 * 1024
_LISTED_AT_ONCE: Final = 500
_PARTS_AT_ONCE: Final = 4  # of 5 MiB each, in memory
_CONNECT: Final = timedelta(seconds=5)
_SILENT: Final = timedelta(seconds=30)
_WHOLE: Final = timedelta(hours=1)
_AGAIN: Final = 2
_AGAIN_WITHIN: Final = timedelta(seconds=20)
_NO_BUCKET: Final = "NoSuchBucket"
_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where the bucket is, and who asks.

    Args:
        endpoint: scheme, host and port. prefix: before every name, "" or with a slash at its end.
        in_host: the bucket's name is part of the host's (Alibaba OSS wants that), not of the path.
    """

    endpoint: str
    bucket: str
    prefix: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    in_host: bool = False


class S3Recordings:
    """Implements `tickets.manifests.RecordingStore`. Nothing is connected before it is asked for."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._store: Final = _store_of(bucket)

    @property
    def place(self) -> str:
        """See `RecordingStore.place`."""
        return f"{self._bucket.endpoint}/{self._bucket.bucket}/{self._bucket.prefix}"

    async def put(self, sound: SoundFile, file: Path) -> None:
        """See `RecordingStore.put`: whatever the storage says of it, what it gives back is hashed."""
        try:
            with self._faults("PUT", sound.name), file.open("rb") as content:
                media: obstore.Attributes = {"Content-Type": "audio/wav"}
                await obstore.put_async(self._store, sound.name, content, attributes=media, max_concurrency=_PARTS_AT_ONCE)
        except FileNotFoundError:
            raise NotFound("recording_unknown", f"There is no recording {file}.") from None
        except OSError as error:
            raise StoreFault("recordings_away", f"{file} cannot be read: {error.strerror}.") from None
        if (found := await self._digest(sound.name)) != sound.sha256:
            sentence = f"{self.place}{sound.name} does not hold what was sent: its SHA-256 is {found}, not {sound.sha256}."
            raise StoreFault("recording_spoilt", sentence, name=sound.name)

    async def write(self, name: str, content: bytes) -> None:
        """See `RecordingStore.write`."""
        with self._faults("PUT", name):
            media: obstore.Attributes = {"Content-Type": "application/json"}
            await obstore.put_async(self._store, name, content, attributes=media, use_multipart=False)

    async def read(self, name: str) -> bytes | None:
        """See `RecordingStore.read`."""
        try:
            with self._faults("GET", name):
                answer = await obstore.get_async(self._store, name)
                return bytes(await answer.bytes_async())
        except NotFound:
            return None

    async def find(self, name: str) -> Stored | None:
        """See `RecordingStore.find`."""
        try:
            with self._faults("HEAD", name):
                known = await obstore.head_async(self._store, name)
        except NotFound:
            return None
        return Stored(name=name, size=known["size"], modified=known["last_modified"].astimezone(UTC))

    async def stream(self, name: str, *, start: int, size: int) -> AsyncIterator[bytes]:
        """See `RecordingStore.stream`."""
        if size <= 0:
            return
        with self._faults("GET", name):
            answer = await obstore.get_async(self._store, name, options={"range": (start, start + size)})
            async for chunk in answer.stream(min_chunk_size=_AT_ONCE):
                yield bytes(chunk)

    async def remove(self, name: str) -> bool:
        """See `RecordingStore.remove`."""
        if await self.find(name) is None:
            return False
        with self._faults("DELETE", name):
            await obstore.delete_async(self._store, name)
        return True

    async def everything(self) -> AsyncIterator[Stored]:
        """See `RecordingStore.everything`."""
        with self._faults("LIST", ""):
            async for some in obstore.list(self._store, chunk_size=_LISTED_AT_ONCE):
                for known in some:
                    if "/" not in known["path"]:
                        yield Stored(name=known["path"], size=known["size"], modified=known["last_modified"].astimezone(UTC))

    async def _digest(self, name: str) -> str:
        digest = sha256()
        with self._faults("GET", name):
            answer = await obstore.get_async(self._store, name)
            async for chunk in answer.stream(min_chunk_size=_AT_ONCE):
                digest.update(chunk)
        return digest.hexdigest()

    @contextmanager
    def _faults(self, asked: str, name: str) -> Iterator[None]:
        """Its errors as ours. Of what it says only the first line is told: behind it stands the whole request."""
        try:
            yield
        except (NotFoundError, FileNotFoundError) as error:
            if asked in ("PUT", "LIST") or _NO_BUCKET in str(error):
                raise self._refused(asked, error) from None
            raise NotFound("recording_unknown", f"{self.place} has no {name}.", name=name) from None
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise self._refused(asked, error) from None
        except BaseError as error:
            raise StoreFault("s3_away", f"{self.place} cannot be asked: {_told(error)}") from None

    def _refused(self, asked: str, error: Exception) -> StoreFault:
        return StoreFault("s3_refused", f"{self.place} refused {asked}: {_told(error)}")


def _store_of(bucket: Bucket) -> S3Store:
    scheme, host = urlsplit(bucket.endpoint)[:2]
    return S3Store(
        bucket.bucket,
        prefix=bucket.prefix.rstrip("/") or None,
        endpoint=f"{scheme}://{bucket.bucket}.{host}" if bucket.in_host else bucket.endpoint,
        region=bucket.region,
        access_key_id=bucket.access_key,
        secret_access_key=bucket.secret_key,
        virtual_hosted_style_request=bucket.in_host,
        client_options={"allow_http": scheme == "http", "connect_timeout": _CONNECT, "read_timeout": _SILENT, "timeout": _WHOLE},
        retry_config={"max_retries": _AGAIN, "retry_timeout": _AGAIN_WITHIN},
    )


def _told(error: Exception) -> str:
    """Its first line, and the storage's own code where there is one."""
    code = _CODE.search(str(error))
    line = str(error).partition("\n")[0].strip().rstrip(".")
    return f"{line}{f' ({code[1]})' if code is not None else ''}."
