"""The code of a link: what opens it, made of a secret that is not in the database; and what is signed for its page."""

import hmac
import re
import secrets
from hashlib import sha256
from typing import Final

ID_LENGTH: Final = 8
KEY_LENGTH: Final = 20  # 100 bits
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's 32: no letter that is read as a digit, so that it can be dictated
_READ_AS: Final = str.maketrans("ilo", "110")
_CODE: Final = re.compile(f"[{_ALPHABET}]{{{ID_LENGTH + KEY_LENGTH}}}")
_LONGEST_TYPED: Final = 100


def new_link_id() -> str:
    """Eight characters that nobody needs to keep secret; they stand in addresses and logs."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(ID_LENGTH))


def key_of(secret: str, hotline: str, link_id: str, issue: int) -> str:
    """The part of the code that nobody can guess. Another issue of the same link has another."""
    number = int.from_bytes(_mac(secret, "key", hotline, link_id, str(issue)), "big")
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in range(KEY_LENGTH))


def digest_of(key: str) -> str:
    """What is kept of it."""
    return sha256(key.encode("ascii", "replace")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, without telling by its time how much of a guess was right."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def read_code(typed: str) -> tuple[str, str]:
    """Link and key of a code as people type it: with blanks or hyphens, in capitals, o for 0. What is none gives ("", "")."""
    if len(typed) > _LONGEST_TYPED:
        return "", ""
    plain = re.sub(r"[\s-]", "", typed).lower().translate(_READ_AS)
    return (plain[:ID_LENGTH], plain[ID_LENGTH:]) if _CODE.fullmatch(plain) else ("", "")


def grouped(code: str) -> str:
    """As it is read out: in fours."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def signed(secret: str, *words: str) -> str:
    """A signature under these words, for what a browser keeps."""
    return _mac(secret, "signed", *words).hex()


def _mac(secret: str, *words: str) -> bytes:
    return hmac.new(secret.encode(), "\0".join(words).encode("utf-8", "surrogatepass"), sha256).digest()
