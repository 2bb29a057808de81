"""The stores of recordings that the configuration in force names."""

from collections.abc import Callable
from typing import Final

from config.answering import S3Settings
from config.settings import Settings
from pbx.belonging import Belonging
from store.recordings.local import LocalRecordings
from store.recordings.manifest_json import from_json
from store.recordings.s3 import Bucket, S3Recordings
from tickets.manifests import MANIFEST, Manifest, RecordingStore
from tickets.sweeping import call_of


class RecordingStores:
    """Where recordings are: in Asterisk's folders, and in a bucket where there is one.

    Args:
        settings: those in force; asked each time, because a reload may name another bucket.
    """

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        pbxs = settings().asterisk
        belonging = Belonging({name: pbx.systemname for name, pbx in pbxs.items()})
        here = {name: pbx.recordings_here for name, pbx in pbxs.items()}
        self.local: Final = LocalRecordings(tuple(here.values()), lambda name: here[belonging.or_first(call_of(name))])
        self._s3: tuple[S3Settings, S3Recordings] | None = None

    def for_finished(self) -> RecordingStore:
        """Where what is finished goes."""
        wanted = self._settings().recording.s3
        if wanted is None:
            return self.local
        if self._s3 is None or self._s3[0] != wanted:
            self._s3 = wanted, S3Recordings(_bucket(wanted))
        return self._s3[1]

    def all(self) -> list[RecordingStore]:
        """Everywhere: what was finished before there was a bucket, or is on its way into it, is still in its folder."""
        finished = self.for_finished()
        return [self.local] if finished is self.local else [self.local, finished]

    async def manifest(self, name: str) -> tuple[Manifest, RecordingStore] | None:
        """A recording's manifest and the store that holds it; None where there is none (yet). Raises: StoreFault."""
        for store in self.all():
            content = await store.read(f"{name}{MANIFEST}")
            if content is not None and (manifest := from_json(content)) is not None:
                return manifest, store
        return None


def _bucket(s3: S3Settings) -> Bucket:
    return Bucket(
        endpoint=s3.endpoint,
        bucket=s3.bucket,
        prefix=s3.prefix,
        region=s3.region,
        access_key=s3.access_key.get_secret_value(),
        secret_key=s3.secret_key.get_secret_value(),
        in_host=s3.addressing == "host",
    )
