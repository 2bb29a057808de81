"""Recordings as the API asks for them (api.sources.KeptRecordings)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from api.sources import SoundToHear
from calls.clock import Clock
from calls.errors import Conflict, Gone, NotFound, ZhidaError
from engine.recording_stores import RecordingStores
from routing.waiting import WaitingRoom
from store.recordings.manifest_json import to_json
from tickets.manifests import MANIFEST, Hold, Manifest, RecordingStore, SoundFile, consult_name
from tickets.record import CallRecord
from tickets.records import Records

log = structlog.get_logger(__name__)

_FINISHED_WITHIN: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsOfApi:
    """Finds what is kept, wherever that is; what is not there is explained."""

    stores: RecordingStores
    records: Records
    waiting: WaitingRoom
    clock: Clock

    async def manifest(self, call_id: str) -> Manifest:
        """See `KeptRecordings.manifest`."""
        return (await self._found(call_id))[0]

    async def sound(self, call_id: str) -> SoundToHear:
        """See `KeptRecordings.sound`."""
        return await self._sound(*await self._found(call_id))

    async def _sound(self, manifest: Manifest, store: RecordingStore) -> SoundToHear:
        if manifest.removed is not None:
            raise _removed(manifest)
        sound = manifest.files[0]
        if (stored := await store.find(sound.name)) is None or stored.size != sound.size:
            raise _lost(manifest.call_id)
        return _to_hear(store, sound)

    async def consults(self, call_id: str) -> Sequence[Manifest]:
        """See `KeptRecordings.consults`."""
        if await self.waiting.call(call_id) is not None:
            raise _goes_on(call_id)
        record = await self.records.call(call_id)
        found = [await self.stores.manifest(one.name) for one in record.kept if one.consult]
        return sorted((one[0] for one in found if one is not None), key=lambda manifest: manifest.recorded or manifest.finished)

    async def consult_sound(self, call_id: str, consult: str) -> SoundToHear:
        """See `KeptRecordings.consult_sound`."""
        found = await self.stores.manifest(consult_name(call_id, consult))
        if found is not None:
            return await self._sound(*found)
        if await self.waiting.call(call_id) is not None:
            raise _goes_on(call_id)
        await self.records.call(call_id)
        raise NotFound("consult_unknown", f"Call {call_id} has no recorded consult {consult}; its list names them.", call_id=call_id)

    async def voicemail(self, call_id: str) -> Manifest:
        """See `KeptRecordings.voicemail`."""
        return (await self._voicemail(call_id))[0]

    async def voicemail_sound(self, call_id: str) -> SoundToHear:
        """See `KeptRecordings.voicemail_sound`."""
        return await self._sound(*await self._voicemail(call_id))

    async def _voicemail(self, call_id: str) -> tuple[Manifest, RecordingStore]:
        if await self.waiting.call(call_id) is not None:
            raise _goes_on(call_id)
        record = await self.records.call(call_id)
        if record.voicemail is None:
            raise NotFound("voicemail_none", f"Nobody left a voice message in call {call_id}.", call_id=call_id)
        if (found := await self.stores.manifest(record.voicemail.name)) is None:
            raise self._not_there(record)
        return found

    async def served_by(self, call_id: str, agent: str) -> bool:
        """See `KeptRecordings.served_by`."""
        try:
            record = await self.records.call(call_id)
        except NotFound:
            return False
        return any((span.who, span.name) == ("seat", agent) for span in record.on_line)

    async def keep(self, call_id: str, hold: Hold | None) -> Manifest:
        """See `KeptRecordings.keep`."""
        call, store = await self.stores.manifest(call_id) or await self._only_voicemail(call_id)
        if call.removed is not None:
            raise _removed(call)
        kept = (await self.records.call(call_id)).kept
        others = [await self.stores.manifest(one.name) for one in kept if one.name != call.name]
        for manifest, where in [*(one for one in others if one is not None), (call, store)]:
            await where.write(f"{manifest.name}{MANIFEST}", to_json(replace(manifest, held=hold)))
        log.info("recording_held" if hold is not None else "recording_released", call_id=call_id)
        return replace(call, held=hold)

    async def _only_voicemail(self, call_id: str) -> tuple[Manifest, RecordingStore]:
        """Of a call nobody talked on."""
        try:
            return await self._voicemail(call_id)
        except NotFound:
            raise await self._why_not(call_id) from None

    async def _found(self, call_id: str) -> tuple[Manifest, RecordingStore]:
        found = await self.stores.manifest(call_id)
        if found is None:
            raise await self._why_not(call_id)
        return found

    async def _why_not(self, call_id: str) -> ZhidaError:
        """Raises: NotFound: there is no such call. StoreFault."""
        if await self.waiting.call(call_id) is not None:
            return _goes_on(call_id)
        record = await self.records.call(call_id)
        if not [name for name in record.recordings if record.voicemail is None or name != record.voicemail.name]:
            return NotFound("recording_none", f"Call {call_id} was not recorded.", call_id=call_id)
        return self._not_there(record)

    def _not_there(self, record: CallRecord) -> ZhidaError:
        if record.ended is None or self.clock.now() - record.ended < _FINISHED_WITHIN:
            sentence = f"The recording of call {record.call_id} is not finished yet; ask again."
            return Conflict("recording_not_finished", sentence, call_id=record.call_id)
        return _lost(record.call_id)


def _goes_on(call_id: str) -> Conflict:
    return Conflict("recording_goes_on", f"Call {call_id} goes on; its recording is there when it is over.", call_id=call_id)


def _removed(manifest: Manifest) -> Gone:
    when, why = (f"{manifest.removed.at:%Y-%m-%d}", manifest.removed.why) if manifest.removed is not None else ("", "")
    sentence = f"The recording of call {manifest.call_id} was removed on {when}: {why}"
    return Gone("recording_removed", sentence, call_id=manifest.call_id)


def _lost(call_id: str) -> NotFound:
    sentence = f"The recording of call {call_id} is not where it should be; ./zhida recordings sweep tells more."
    return NotFound("recording_lost", sentence, call_id=call_id)


def _to_hear(store: RecordingStore, sound: SoundFile) -> SoundToHear:
    def stream(start: int, size: int) -> AsyncIterator[bytes]:
        return store.stream(sound.name, start=start, size=size)

    return SoundToHear(size=sound.size, sha256=sound.sha256, stream=stream)
