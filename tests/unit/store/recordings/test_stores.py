"""The same of both stores: a folder, and a bucket on a real S3-compatible server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from calls.errors import NotFound, StoreFault
from store.recordings.local import LocalRecordings
from store.recordings.s3 import Bucket, S3Recordings
from tests.s3_server import BUCKET, S3Server
from tickets.manifests import RecordingStore, SoundFile

CONTENT = bytes(range(256)) * 3000


def a_sound(folder: Path, name: str = "zhida-1.1.wav", content: bytes = CONTENT) -> tuple[SoundFile, Path]:
    file = folder / name
    file.write_bytes(content)
    digest = sha256(content).hexdigest()
    return SoundFile(name=name, sha256=digest, size=len(content), rate_hz=8000, length_s=1.0), file


def a_bucket(s3: S3Server, *, secret: str = "", endpoint: str = "", bucket: str = BUCKET) -> S3Recordings:
    return S3Recordings(
        Bucket(
            endpoint=endpoint or s3.endpoint,
            bucket=bucket,
            prefix="12345/",
            region="us-east-1",
            access_key=s3.access_key,
            secret_key=secret or s3.secret_key,
        )
    )


@pytest.fixture(params=["folder", "bucket"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RecordingStore]:
    if request.param == "folder":
        yield LocalRecordings([tmp_path], lambda _: tmp_path)
        return
    yield a_bucket(request.getfixturevalue("s3"))


async def test_what_is_put_is_found_and_read_in_parts(store: RecordingStore, tmp_path: Path) -> None:
    sound, file = a_sound(tmp_path)
    await store.put(sound, file)
    found = await store.find(sound.name)
    assert found is not None
    assert found.size == len(CONTENT)
    assert abs((found.modified - datetime.now(UTC)).total_seconds()) < 3600
    assert b"".join([chunk async for chunk in store.stream(sound.name, start=0, size=sound.size)]) == CONTENT
    assert b"".join([chunk async for chunk in store.stream(sound.name, start=300_000, size=1000)]) == CONTENT[300_000:301_000]
    assert b"".join([chunk async for chunk in store.stream(sound.name, start=sound.size - 5, size=100)]) == CONTENT[-5:]


async def test_a_small_file_takes_the_place_of_another(store: RecordingStore) -> None:
    assert await store.read("zhida-1.1.json") is None
    await store.write("zhida-1.1.json", b"{}")
    await store.write("zhida-1.1.json", b'{"a": 1}')
    assert await store.read("zhida-1.1.json") == b'{"a": 1}'
    assert [stored.name async for stored in store.everything()] == ["zhida-1.1.json"]


async def test_what_is_removed_is_gone(store: RecordingStore, tmp_path: Path) -> None:
    sound, file = a_sound(tmp_path)
    await store.put(sound, file)
    assert await store.remove(sound.name)
    assert not await store.remove(sound.name)
    assert await store.find(sound.name) is None
    with pytest.raises(NotFound):
        [chunk async for chunk in store.stream(sound.name, start=0, size=10)]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.wav", "", ".", "..", ".hidden"])
async def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        await LocalRecordings([tmp_path], lambda _: tmp_path).read(name)


async def test_a_folder_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "zhida-1.1.json").mkdir()
    with pytest.raises(StoreFault, match="cannot be read"):
        await LocalRecordings([tmp_path], lambda _: tmp_path).read("zhida-1.1.json")


async def test_a_recording_of_an_hour_is_sent_in_parts_and_is_whole(s3: S3Server, tmp_path: Path) -> None:
    content = CONTENT * 16
    sound, file = a_sound(tmp_path, content=content)
    store = a_bucket(s3)
    await store.put(sound, file)
    assert s3.client.head_object(Bucket=BUCKET, Key=f"12345/{sound.name}")["ETag"].endswith('-3"')
    assert sha256(b"".join([chunk async for chunk in store.stream(sound.name, start=0, size=sound.size)])).hexdigest() == sound.sha256


async def test_a_bucket_of_several_pages_is_listed_whole(s3: S3Server) -> None:
    for number in range(1005):
        s3.client.put_object(Bucket=BUCKET, Key=f"12345/zhida-1.{number}.json", Body=b"{}")
    s3.client.put_object(Bucket=BUCKET, Key="other/zhida-2.1.json", Body=b"{}")
    store = a_bucket(s3)
    assert {stored.name async for stored in store.everything()} == {f"zhida-1.{number}.json" for number in range(1005)}


async def test_whoever_signs_with_another_secret_is_refused(s3: S3Server, tmp_path: Path) -> None:
    store = a_bucket(s3, secret="not-this-one")
    with pytest.raises(StoreFault, match="refused PUT") as refused:
        await store.put(*a_sound(tmp_path))
    assert "not-this-one" not in str(refused.value)


async def test_a_bucket_that_is_not_there_is_a_fault(s3: S3Server, tmp_path: Path) -> None:
    store = a_bucket(s3, bucket="no-such-bucket")
    with pytest.raises(StoreFault, match="NoSuchBucket"):
        await store.put(*a_sound(tmp_path))


async def test_a_storage_that_is_away_is_a_fault(s3: S3Server, tmp_path: Path) -> None:
    store = a_bucket(s3, endpoint="http://127.0.0.1:9")
    with pytest.raises(StoreFault, match="cannot be asked"):
        await store.put(*a_sound(tmp_path))


async def test_a_file_that_changed_on_its_way_is_not_taken_for_kept(s3: S3Server, tmp_path: Path) -> None:
    sound, file = a_sound(tmp_path)
    file.write_bytes(CONTENT[:-1] + b"x")
    store = a_bucket(s3)
    with pytest.raises(StoreFault):
        await store.put(sound, file)
