"""The lab's own configuration, for any loopback /24: several labs stand side by side on the same ports."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from config.load import effective, load
from config.settings import Settings

LAB_FILE: Final = Path(__file__).parent / "lab" / "zhida.yaml"


def lab_overrides(net: str, state_dir: Path) -> list[str]:
    """What makes of the file the lab on `net` ("127.0.0"), with its parts' files in `state_dir`."""
    return [f"variables.net={net}", f"variables.state={json.dumps(str(state_dir.absolute()))}"]  # JSON's quotes are YAML's too


def lab_settings(net: str = "127.0.0", *, state_dir: Path, overrides: Sequence[str] = ()) -> Settings:
    """The lab's settings. Raises: ConfigFault: an override is faulty."""
    return load(LAB_FILE, [*lab_overrides(net, state_dir), *overrides])


def lab_text(net: str = "127.0.0", *, state_dir: Path, overrides: Sequence[str] = ()) -> str:
    """The lab's configuration as a file of its own, to be served and looked at. Raises: ConfigFault: an override is faulty."""
    lab_settings(net, state_dir=state_dir, overrides=overrides)
    return effective(LAB_FILE, [*lab_overrides(net, state_dir), *overrides])
