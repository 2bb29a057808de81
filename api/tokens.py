"""Who asks: the bearer of a token, found without telling by its time how much of a guess was right."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from api.errors import Forbidden, Unauthorized
from api.rights import ALLOWED, Right, Role

_SCHEMES: Final = ("bearer", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A secret, what its bearer may do (also: beside what his role may), and the agent whose own it is ("" where several use it)."""

    secret: str = field(repr=False)
    role: Role
    agent: str = ""
    also: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who asks; the name is the token's in the configuration."""

    name: str
    role: Role
    agent: str = ""
    also: frozenset[Right] = frozenset()

    def may(self, right: Right) -> bool:
        """Whether his role, or his token, has that right."""
        return right in ALLOWED[self.role] or right in self.also

    def must(self, right: Right) -> None:
        """Raises: Forbidden: he has not that right."""
        if not self.may(right):
            able = ", ".join(role for role, rights in ALLOWED.items() if right in rights)
            raise Forbidden("role_not_allowed", f"Token {self.name} is of role {self.role}; this is for {able}.", role=self.role)


class Tokens:
    """All tokens that are good."""

    def __init__(self, tokens: Mapping[str, Token]) -> None:
        self.replace(tokens)

    def replace(self, tokens: Mapping[str, Token]) -> None:
        """From now on these are good, and no others."""
        self._known = [(_bearer(name, token), _digest(token.secret)) for name, token in tokens.items()]

    def bearer(self, secret: str) -> Bearer:
        """Raises: Unauthorized: no such token."""
        digest = _digest(secret)
        found: Bearer | None = None
        for bearer, known in self._known:
            if hmac.compare_digest(digest, known):
                found = bearer
        if found is None:
            raise Unauthorized("token_unknown", "This token is not known here; see api.tokens in the configuration.")
        return found

    def of_header(self, header: str | None) -> Bearer:
        """Of an Authorization header. Raises: Unauthorized."""
        if header is None:
            raise Unauthorized("token_missing", "This needs a token: send the header Authorization: Bearer TOKEN.")
        scheme, _, secret = header.strip().partition(" ")
        if scheme.lower() not in _SCHEMES or not secret.strip():
            raise Unauthorized("token_unreadable", "The Authorization header is Bearer TOKEN.")
        return self.bearer(secret.strip())


def _bearer(name: str, token: Token) -> Bearer:
    return Bearer(name=name, role=token.role, agent=token.agent, also=token.also)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()
