"""Who hears of an event, in the order Asterisk told it."""

from collections import Counter, deque
from collections.abc import Callable

import structlog

from pbx.ami.masked_text import failure_keys
from pbx.ami.messages import AmiEvent

Listener = Callable[[AmiEvent], None]

EVERY = "*"
MAX_HELD = 100_000  # ten seconds of 100 calls a second are 25,000

log = structlog.get_logger(__name__)


class Dispatcher:
    """Listeners by event name; a listener that fails is logged and harms nobody else.

    While held (see `hold`), events wait in order and are told at the release.
    """

    def __init__(self, tally: Counter[str] | None = None) -> None:
        self.tally: Counter[str] = Counter() if tally is None else tally
        self._listeners: dict[str, tuple[Listener, ...]] = {}
        self._held: deque[AmiEvent] = deque()
        self._holds = 0

    def subscribe(self, name: str, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every event called `name`, or of all (`EVERY`), before anyone who subscribed later.

        Returns: what ends the subscription; it may be called again.
        """
        self._listeners[name] = (*self._listeners.get(name, ()), listener)

        def unsubscribe() -> None:
            self._listeners[name] = tuple(one for one in self._listeners[name] if one is not listener)

        return unsubscribe

    def dispatch(self, event: AmiEvent) -> None:
        """Tell everyone, or keep the event while held."""
        if self._holds or self._held:
            self._hold_back(event)
        else:
            self._tell(event)

    def hold(self) -> Callable[[], None]:
        """Keep events back until what is returned is called; several holds may overlap, the last release tells all."""
        self._holds += 1
        released = False

        def release() -> None:
            nonlocal released
            if not released:
                released = True
                self._holds -= 1
                self._tell_held()

        return release

    def _hold_back(self, event: AmiEvent) -> None:
        self._held.append(event)
        if len(self._held) > MAX_HELD:
            log.error("ami_events_held_too_long", held=len(self._held))
            while self._held:
                self._tell(self._held.popleft())

    def _tell_held(self) -> None:
        while self._held and not self._holds:
            self._tell(self._held.popleft())

    def _tell(self, event: AmiEvent) -> None:
        self.tally["events"] += 1
        listeners = self._listeners
        for listener in (*listeners.get(EVERY, ()), *listeners.get(event.name, ())):
            try:
                listener(event)
            except Exception as error:
                self.tally["listener_failures"] += 1
                log.error("ami_listener_failed", ami_event=event.name, **failure_keys(error))
