"""Acts on legs that may go at any moment."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from calls.errors import LegGone, NotFound

log = structlog.get_logger(__name__)


@contextmanager
def if_still_there(leg: str) -> Iterator[None]:
    """Within is one act on this leg. A leg that is gone, or has left the room, since it was last seen wants it no more."""
    try:
        yield
    except (LegGone, NotFound) as gone:
        log.debug("leg_gone_already", leg=leg, code=gone.code)
