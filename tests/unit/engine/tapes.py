"""Where recordings are kept, in the tests of what keeps them."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from pydantic import SecretStr

from calls.errors import NotFound
from calls.events import Event, RecordingStarted
from config.answering import S3Settings
from engine.recording_keeper import RecordingKeeper
from engine.recording_stores import RecordingStores
from engine.recordings_heard import RecordingsOfApi
from pbx.recordings import finish_recordings
from tests.s3_server import BUCKET, S3Server
from tests.unit.pbx.test_recordings import a_half
from tests.unit.tickets import builders as told
from tickets.fold import fold
from tickets.record import CallRecord

CALL = told.CALL


class House:
    """A folder, perhaps a bucket, the records, and a clock that is turned."""

    def __init__(self, folder: Path, s3: S3Settings | None) -> None:
        self.folder = folder
        self.s3 = s3
        self.later = timedelta()
        self.facts: list[Event] = []
        self.records: dict[str, CallRecord] = {}
        pbx = SimpleNamespace(systemname="zhida", recordings_here=folder)
        recording = SimpleNamespace(keep_days=30, s3=s3)
        self.settings = SimpleNamespace(asterisk={"pbx1": pbx}, recording=recording, voicemail=SimpleNamespace(least_s=2))
        self.stores = RecordingStores(lambda: self.settings)  # type: ignore[arg-type,return-value]
        self.keeper = RecordingKeeper(
            settings=lambda: self.settings,  # type: ignore[arg-type,return-value]
            stores=self.stores,
            records=self,  # type: ignore[arg-type]
            live=self.nobody,
            tell=self.tell,
            clock=self,
        )
        self.api = RecordingsOfApi(stores=self.stores, records=self, waiting=self, clock=self)  # type: ignore[arg-type]

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def monotonic(self) -> float:
        return 0.0

    async def nobody(self) -> Collection[str]:
        return ()

    async def tell(self, facts: Sequence[Event]) -> None:
        self.facts += facts

    async def call(self, call_id: str) -> CallRecord:
        if call_id not in self.records:
            raise NotFound("call_unknown", f"There is no record of a call {call_id}", call_id=call_id)
        return self.records[call_id]

    def talked(self, call_id: str = CALL, *facts: Event) -> None:
        """A call that is over, with both halves of its recording joined."""
        started = RecordingStarted(call_id=call_id, at=told.at(1), name=call_id)
        self.records[call_id] = fold([*told.served(call_id), started, *facts])
        self.joined(call_id)

    def joined(self, call_id: str = CALL) -> None:
        for half in ("-in", "-out"):
            a_half(self.folder / f"{call_id}{half}.wav", *range(500))
        for made in finish_recordings(self.folder, ()):
            self.keeper.pending[made.stem] = made

    def consulted(self, leg: str) -> None:
        """A call with a consult that was recorded on that leg, all joined."""
        self.talked()
        self.records[CALL] = fold([*told.served(CALL), *told.three_way(CALL)])
        for half in ("in", "out"):
            a_half(self.folder / f"{CALL}-consult-{leg}-{half}.wav", *[7] * 300, *[0] * 300)
        for made in finish_recordings(self.folder, ()):
            self.keeper.pending[made.stem] = made

    async def heard(self, call_id: str = CALL) -> bytes:
        sound = await self.api.sound(call_id)
        return b"".join([chunk async for chunk in sound.stream(0, sound.size)])


class NobodyLive:
    async def call(self, _: str) -> None:
        return None


def in_bucket(server: S3Server) -> S3Settings:
    return S3Settings(
        endpoint=server.endpoint,
        bucket=BUCKET,
        prefix="12345/",
        access_key=SecretStr(server.access_key),
        secret_key=SecretStr(server.secret_key),
    )
