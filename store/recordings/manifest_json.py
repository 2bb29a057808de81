"""Manifests as they stand in their files."""

from typing import Final

from pydantic import TypeAdapter, ValidationError

from tickets.manifests import Manifest

_MANIFESTS: Final = TypeAdapter(Manifest)


def to_json(manifest: Manifest) -> bytes:
    """The whole file."""
    return _MANIFESTS.dump_json(manifest, indent=2) + b"\n"


def from_json(content: bytes) -> Manifest | None:
    """None where it is no manifest."""
    try:
        return _MANIFESTS.validate_json(content)
    except ValidationError:
        return None
