"""What a run of sipp came to, read from the files it writes."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NOTES, MESSAGES = "notes.log", "messages.log"
"""In the folder of a run: what its scenario noted, and each message sent or received, in short, with its time."""

_ERRORS_SHOWN = 20
_ENTRY = re.compile(r"\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\.\d+\t[\d.]+: ")  # sipp does not always end a line between two


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The calls of one run.

    Args:
        failures: why calls failed, in sipp's words ("UnexpectedMessage"), only those that occurred.
        mean_response_ms: of the scenario's response time 1: INVITE to 200 for callers; 0 where it measures none.
        retransmissions: SIP messages sent again.
        errors: the entries of sipp's error log, the first twenty.
    """

    exit_code: int
    created: int
    succeeded: int
    failed: int
    failures: Mapping[str, int]
    mean_response_ms: float
    retransmissions: int
    seconds: float
    errors: tuple[str, ...]


def read_result(folder: Path, *, exit_code: int) -> Result | None:
    """Read `figures.csv` and `errors.log`; None where sipp wrote no figures, because it never began."""
    figures = folder / "figures.csv"
    rows = list(csv.DictReader(figures.read_text().splitlines(), delimiter=";")) if figures.exists() else []
    if not rows:
        return None
    last = rows[-1]
    reasons = {name[6:-3]: int(last[name]) for name in last if name and name.startswith("Failed") and name.endswith("(C)")}
    errors = folder / "errors.log"
    return Result(
        exit_code=exit_code,
        created=int(last["TotalCallCreated"]),
        succeeded=int(last["SuccessfulCall(C)"]),
        failed=reasons.pop("Call"),
        failures={reason: count for reason, count in reasons.items() if count},
        mean_response_ms=duration_s(last.get("ResponseTime1(C)") or "0") * 1000,
        retransmissions=int(last["Retransmissions(C)"]),
        seconds=duration_s(last["ElapsedTime(C)"]),
        errors=tuple(_entries(errors.read_text(errors="replace")))[:_ERRORS_SHOWN] if errors.exists() else (),
    )


def duration_s(text: str) -> float:
    """Seconds of sipp's `hh:mm:ss:microseconds`, of which the last part may be missing."""
    parts = text.split(":")
    if len(parts) < 3:
        return float(text)
    hours, minutes, seconds, *micro = parts
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + (int(micro[0]) / 1e6 if micro else 0)


def _entries(log: str) -> list[str]:
    """The first line of each entry, without its time; the scenarios' own time-outs, after which they go on elsewhere, are none."""
    entries = (entry.strip().split("\n")[0] for entry in _ENTRY.split(log)[1:])
    return [entry for entry in entries if "jumping to label" not in entry]
