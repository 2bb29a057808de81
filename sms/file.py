"""A gateway that is a file: what would be sent is added to it, one JSON object a line, for a person or a test to look at."""

import asyncio
import fcntl
import json
from pathlib import Path

from calls.clock import Clock
from tickets.messages import GatewayAway, Sms


class FileGateway:
    """Knows by its id what it took before, also in another process's name: such a message is there once."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    async def send(self, sms: Sms) -> str:
        """See `Gateway.send`."""
        line = {"at": self._clock.now().isoformat(timespec="milliseconds"), "id": sms.message_id, "to": sms.number, "text": sms.text}
        try:
            await asyncio.to_thread(self._add, sms.message_id, json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise GatewayAway(f"{self._path} cannot be written: {error.strerror}.") from error
        return sms.message_id

    def _add(self, message_id: str, line: str) -> None:
        """The file holds telephone numbers and codes: only its owner may read a new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        known = f'"id": "{message_id}"'
        with self._path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # other engines write here too
            if any(known in before for before in file):
                return
            file.write(line)
