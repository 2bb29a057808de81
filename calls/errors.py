"""Errors that say who is to act.

    ZhidaError
    ├── Refused          the one who asked must change the request; the sentence is for him
    │   ├── NotFound     there is no such thing
    │   │   └── Gone     there was one, and it was removed
    │   └── Conflict     it cannot be done in the present state
    └── Fault            a part we depend on failed; retry and alarm
        ├── PbxFault     Asterisk, over AMI or AGI
        │   └── LegGone  the leg this was asked for has hung up: normal at any moment
        └── StoreFault   Redis, SQL, or where recordings are kept
"""


class ZhidaError(Exception):
    """Anything Zhida itself raises.

    Args:
        code: stable and machine-readable, snake_case ("seat_not_ready").
        sentence: one clear sentence for a person: what is wrong, where, and what is allowed.
        fields: the values the sentence speaks of, for logs and problem details.
    """

    def __init__(self, code: str, sentence: str, **fields: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.fields = fields

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.sentence!r}, {self.fields!r})"


class Refused(ZhidaError):
    """The request cannot be granted as it stands; nothing was changed."""


class NotFound(Refused):
    """The thing named in the request does not exist."""


class Gone(NotFound):
    """The thing named in the request existed, and was removed for good."""


class Conflict(Refused):
    """The request does not fit the present state."""


class Fault(ZhidaError):
    """A part Zhida depends on failed; the request may be tried again."""


class PbxFault(Fault):
    """Asterisk did not do, or could not be asked to do, what was wanted."""


class LegGone(PbxFault):
    """The leg has hung up. A normal outcome at any moment of a call."""


class StoreFault(Fault):
    """Redis, SQL or the store of recordings is away or answered nonsense."""
