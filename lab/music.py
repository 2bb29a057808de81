"""Hold music for the lab: a slow melody of pure tones, so that a recording tells music from speech and from a phone's own tone."""

import subprocess
from pathlib import Path
from typing import Final

from calls.errors import Fault

NOTES_HZ: Final = (262, 294, 330, 392)
"""Each sounds for half a second, in this order, over and over."""
_ROUNDS: Final = 8


def make_music(folder: Path) -> None:
    """Write <folder>/melody.wav, 8 kHz mono, unless it is there. Raises: Fault: sox is missing or failed."""
    target = folder / "melody.wav"
    if target.is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    half_done = folder / "melody.part"
    notes = [word for note in NOTES_HZ for word in (":", "synth", "0.5", "sine", str(note))][1:]
    command = ["sox", "-n", "-r", "8000", "-c", "1", "-b", "16", "-t", "wav", str(half_done), *notes]
    try:
        subprocess.run(command, capture_output=True, check=True)
        looped = ["sox", "-t", "wav", str(half_done), "-t", "wav", str(target), "repeat", str(_ROUNDS), "gain", "-9"]
        subprocess.run(looped, capture_output=True, check=True)
    except FileNotFoundError:
        raise Fault("sox_missing", "sox is not installed, so the lab has no hold music: run ./zhida lab up, which installs it.") from None
    except subprocess.CalledProcessError as error:
        raise Fault("music_failed", f"sox could not make the hold music: {error.stderr.decode(errors='replace').strip()}") from None
    finally:
        half_done.unlink(missing_ok=True)
