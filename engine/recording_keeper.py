"""Recordings are finished, kept where the configuration says, and removed when their time is over."""

import asyncio
import wave
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import NotFound, StoreFault
from calls.events import Event, RecordingFinished, RecordingRemoved, VoicemailLeft
from config.settings import Settings
from engine.recording_stores import RecordingStores
from ivr.voicemail import How
from pbx.recordings import IN, OUT, finish_recordings, sound_of
from pbx.voicemails import on_tape
from store.recordings.manifest_json import from_json, to_json
from tickets.consults import manifest_of_consult
from tickets.manifests import (
    MANIFEST,
    SOUND,
    FileName,
    Manifest,
    RecordingStore,
    SoundFile,
    due,
    file_name,
    manifest_of,
    manifest_of_voicemail,
    removed,
    stem_of,
)
from tickets.record import CallRecord
from tickets.records import Records

log = structlog.get_logger(__name__)

_JOIN_EVERY_S: Final = 2.0
_KEEP_EVERY_S: Final = 0.5
_AWAY_S: Final = 10.0  # a store that is away is asked again after so long
_ROUND_EVERY_S: Final = 3600.0
_RECORD_WITHIN: Final = timedelta(hours=1)  # a record that has not come by then is looked for once an hour


@dataclass(slots=True, kw_only=True)
class RecordingKeeper:
    """One engine's. Several may work on the same folders and the same bucket; what is done twice is the same.

    Args:
        live: ids of the calls that go on. tell: appends facts to the stream.
    """

    settings: Callable[[], Settings]
    stores: RecordingStores
    records: Records
    live: Callable[[], Awaitable[Collection[str]]]
    tell: Callable[[Sequence[Event]], Awaitable[None]]
    clock: Clock
    pending: dict[str, Path] = field(default_factory=dict)

    async def run(self) -> None:
        """Join, keep and remove, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._join_on(), name="recordings joined")
            tasks.create_task(self._keep_on(), name="recordings kept")
            tasks.create_task(self._go_round(), name="recordings looked through")

    async def _join_on(self) -> None:
        while True:
            await asyncio.sleep(_JOIN_EVERY_S)
            try:
                live = await self.live()
            except StoreFault:
                continue
            for pbx in self.settings().asterisk.values():
                for made in await asyncio.to_thread(finish_recordings, pbx.recordings_here, live):
                    self.pending[made.stem] = made

    async def _keep_on(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_EVERY_S)
            try:
                await self.keep_pending()
            except StoreFault as fault:
                log.warning("recordings_not_kept", waiting=len(self.pending), why=fault.sentence)
                await asyncio.sleep(_AWAY_S)

    async def _go_round(self) -> None:
        while True:
            try:
                await self.find_left_behind()
                await self.remove_old()
            except StoreFault as fault:
                log.warning("recordings_not_looked_through", why=fault.sentence)
            await asyncio.sleep(_ROUND_EVERY_S)

    async def keep_pending(self) -> None:
        """Make the manifests of what was joined, and bring both to where they are kept. Raises: StoreFault."""
        for stem, file in list(self.pending.items()):
            name = file_name(file.name)
            if name is None or await self._kept(name, file):
                self.pending.pop(stem, None)

    async def _kept(self, name: FileName, file: Path) -> bool:
        """Whether there is nothing to do any more; False where the call's record is not complete yet."""
        try:
            finished = await asyncio.to_thread(_made, file)
            record = await self._record(name.call_id)
            if record is None and self.clock.now() - finished <= _RECORD_WITHIN:
                return False
            before = await self.stores.manifest(name.stem)
            if record is None and before is None:
                log.error("recording_without_record", recording=name.stem)
                return True
            sound = await asyncio.to_thread(sound_of, file)
        except FileNotFoundError:
            return True  # another engine has moved it
        except (OSError, wave.Error, EOFError) as error:
            log.error("recording_unreadable", recording=name.stem, why=str(error))
            return True
        if before is not None:
            await self._keep(before[0], sound, file, new=False)
        elif record is not None:
            await self._keep_new(record, name, sound, file, finished)
        return True

    async def _keep_new(self, record: CallRecord, name: FileName, sound: SoundFile, file: Path, finished: datetime) -> None:
        if name.take:
            await self._keep_voicemail(record, name, sound, file, finished)
        elif not name.consult:
            await self._keep(manifest_of(record, sound, finished=finished), sound, file, new=True)
        elif (manifest := manifest_of_consult(record, name.consult, sound, finished=finished)) is not None and sound.length_s:
            await self._keep(manifest, sound, file, new=True)
        else:
            await self.stores.local.remove(sound.name)
            log.info("consult_was_none", recording=name.stem)  # the caller was there all the time, so there was silence in it

    async def _keep_voicemail(self, record: CallRecord, name: FileName, sound: SoundFile, file: Path, finished: datetime) -> None:
        """The message that the caller left. Where no engine saw what became of it, whatever he has said is his message."""
        left = record.voicemail
        seen = left is not None and left.how != How.FOUND
        if left is None or (not seen and left.name != name.stem):
            tape = await asyncio.to_thread(on_tape, file, least_s=self.settings().voicemail.least_s)
            if tape is not None and tape.enough:
                at = min(finished, record.ended or finished)
                found = VoicemailLeft(call_id=name.call_id, at=at, name=name.stem, length_s=sound.length_s, how=How.FOUND)
                await self.tell([found])
                log.warning("voicemail_found", recording=name.stem, length_s=sound.length_s)
                await self._keep(manifest_of_voicemail(record, name.take, sound, left=at, finished=finished), sound, file, new=True)
                return
        if left is not None and left.name == name.stem:
            manifest = manifest_of_voicemail(record, name.take, sound, left=left.left, finished=finished)
            await self._keep(manifest, sound, file, new=True)
            return
        await self.stores.local.remove(sound.name)
        log.info("voicemail_was_none", recording=name.stem)  # too little was said, or he has said it again

    async def _record(self, call_id: str) -> CallRecord | None:
        """The call's record, once it has its end."""
        try:
            record = await self.records.call(call_id)
        except NotFound:
            return None
        return record if record.ended is not None else None

    async def _keep(self, manifest: Manifest, sound: SoundFile, file: Path, *, new: bool) -> None:
        """The sound, the fact, the manifest: whoever dies in between leaves a sound without a manifest, which is found and done again."""
        store = self.stores.for_finished()
        await store.put(sound, file)
        if new:
            finished = RecordingFinished(
                call_id=manifest.call_id,
                at=manifest.finished,
                name=manifest.name,
                consult=manifest.consult.consult_id if manifest.consult is not None else "",
                sha256=sound.sha256,
                size=sound.size,
                length_s=sound.length_s,
            )
            await self.tell([finished])
        await store.write(f"{manifest.name}{MANIFEST}", to_json(manifest))
        if store is not self.stores.local:
            await self.stores.local.remove(f"{manifest.name}{MANIFEST}")
            await self.stores.local.remove(sound.name)
        log.info("recording_kept", recording=manifest.name, place=store.place, sha256=sound.sha256, length_s=sound.length_s)

    async def find_left_behind(self) -> None:
        """What an engine that died had joined and not kept; and, once there is a bucket, all that is not in it. Raises: StoreFault."""
        names = {stored.name async for stored in self.stores.local.everything()}
        moved = self.stores.for_finished() is not self.stores.local
        for name in names:
            if name.endswith(SOUND) and not name.endswith((IN, OUT)) and (moved or f"{stem_of(name)}{MANIFEST}" not in names):
                self.pending.setdefault(stem_of(name), self.stores.local.path(name))

    async def remove_old(self) -> int:
        """Remove what has been kept long enough, and tell how many. What has no manifest is left for `recordings sweep`.

        Raises: StoreFault.
        """
        keep_days, count = self.settings().recording.keep_days, 0
        oldest = self.clock.now() - timedelta(days=keep_days)
        for store in self.stores.all():
            old = [stored.name async for stored in store.everything() if stored.name.endswith(SOUND) and stored.modified <= oldest]
            for name in old:
                content = await store.read(f"{stem_of(name)}{MANIFEST}")
                manifest = from_json(content) if content is not None else None
                if manifest is not None and (manifest.removed or due(manifest, keep_days=keep_days, now=self.clock.now())):
                    await self._remove(store, manifest, name, keep_days)
                    count += 1
        return count

    async def _remove(self, store: RecordingStore, manifest: Manifest, name: str, keep_days: int) -> None:
        """The note first: whoever asks meanwhile, or after a crash, is told why there is nothing to hear."""
        if manifest.removed is None:
            now, why = self.clock.now(), f"It was kept for {keep_days} days, as recording.keep_days says, and then removed."
            await self.tell([RecordingRemoved(call_id=manifest.call_id, at=now, name=manifest.name, why=why)])
            await store.write(f"{manifest.name}{MANIFEST}", to_json(removed(manifest, why=why, at=now)))
        await store.remove(name)
        log.info("recording_removed", recording=manifest.name, place=store.place, keep_days=keep_days, finished=manifest.finished)


def _made(file: Path) -> datetime:
    """Raises: FileNotFoundError."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
