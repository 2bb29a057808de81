"""HTTP digest authentication as SIP uses it (RFC 3261 §22, RFC 7616): from a challenge to the answer."""

import hashlib
import re
from collections.abc import Mapping

_PARAMETER = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


class UnknownDigest(ValueError):
    """The challenge asks for what is not known here."""


def challenge_of(header: str) -> Mapping[str, str]:
    """The parameters of a WWW-Authenticate header: realm, nonce, algorithm, ..."""
    scheme, _, parameters = header.strip().partition(" ")
    if scheme.lower() != "digest":
        raise UnknownDigest(f"a challenge of the scheme {scheme!r}; only Digest is known")
    return {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(parameters)}


def authorization(challenge: Mapping[str, str], *, method: str, uri: str, user: str, password: str, cnonce: str) -> str:
    """The value of the Authorization header that answers the challenge.

    Args:
        cnonce: any fresh text, used where the challenge offers the protection "auth".
    """
    algorithm = challenge.get("algorithm", "MD5").upper()
    if algorithm not in _HASHES:
        raise UnknownDigest(f"a challenge with the algorithm {algorithm}; known are {', '.join(_HASHES)}")

    def digest(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(parts).encode(), usedforsecurity=False).hexdigest()

    realm, nonce = challenge["realm"], challenge["nonce"]
    secret, request = digest(user, realm, password), digest(method, uri)
    fields = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    if "auth" in re.split(r"\s*,\s*", challenge.get("qop", "")):
        count = "00000001"
        protection = f", algorithm={algorithm}, qop=auth, nc={count}"
        fields |= {"cnonce": cnonce, "response": digest(secret, nonce, count, cnonce, "auth", request)}
    else:
        protection = f", algorithm={algorithm}"
        fields |= {"response": digest(secret, nonce, request)}
    if "opaque" in challenge:
        fields["opaque"] = challenge["opaque"]
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in fields.items()) + protection
