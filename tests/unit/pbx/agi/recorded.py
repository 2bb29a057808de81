"""The recorded conversations by name."""

from pathlib import Path

_FOLDER = Path(__file__).parents[3] / "recordings" / "agi"


def recorded(name: str) -> bytes:
    """The bytes Asterisk wrote in that conversation."""
    return (_FOLDER / f"{name}.bin").read_bytes()


def names() -> list[str]:
    """All conversations there are."""
    return sorted(file.stem for file in _FOLDER.glob("*.bin"))
