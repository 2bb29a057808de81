"""Which Asterisk an id is of: every uniqueid begins with the systemname of the one that made it."""

import re
from collections.abc import Mapping


class Belonging:
    """Knows the Asterisks of a hotline by their systemnames.

    Args:
        systemnames: name under `asterisk` in the configuration -> systemname.
    """

    def __init__(self, systemnames: Mapping[str, str]) -> None:
        longest_first = sorted(systemnames.items(), key=lambda item: -len(item[1]))
        self._shapes = [(name, re.compile(rf"(?:^|-){re.escape(systemname)}-\d+\.\d+(?:-|\Z)")) for name, systemname in longest_first]
        self.first = next(iter(systemnames))

    def of(self, ident: str) -> str | None:
        """The Asterisk of a call, a room, or a leg: a uniqueid, or one made of it (spec-<call>-0); None: of none that is known."""
        return next((name for name, shape in self._shapes if shape.search(ident)), None)

    def or_first(self, ident: str) -> str:
        """The same; the first Asterisk answers for what is of none: calls of a systemname that was changed meanwhile."""
        return self.of(ident) or self.first
