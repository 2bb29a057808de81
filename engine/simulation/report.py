"""What a simulation found, for people and as a document."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from engine.commands.table import table
from engine.simulation.figures import ClassFigures, Figures, GroupFigures, HourFigures
from engine.simulation.study import ErlangSays, Pace
from engine.simulation.wanted import Needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything. needed, erlang: where seats were to be found."""

    day: date
    seed: int
    figures: Figures
    needed: Needed | None
    erlang: ErlangSays | None
    pace: Pace

    def document(self) -> dict[str, Any]:
        """For `--json`. All but `pace` is the same for the same files and seed."""
        document = {
            "day": self.day.isoformat(),
            "seed": self.seed,
            **asdict(self.figures),
            "pace": {**asdict(self.pace), "calls_per_s": self.pace.calls_per_s},
        }
        for hour in document["hours"]:
            hour["begins"] = hour["begins"].isoformat()
        if document["longest"] is not None:
            document["longest"]["queued"] = document["longest"]["queued"].isoformat()
        if self.needed is not None and self.erlang is not None:
            document["needed"] = {**asdict(self.needed), "erlang_c": asdict(self.erlang)}
        return document

    def text(self) -> str:
        """For people."""
        return "\n".join([*self._head(), *self._classes(), *self._hours(), *self._groups(), *self._needed(), *self._pace()]) + "\n"

    def _head(self) -> Iterable[str]:
        days = "a day" if self.figures.days == 1 else f"{self.figures.days} days"
        yield f"{self.figures.calls:,} calls in {days} like {self.day}, in virtual time; seed {self.seed}"
        if self.figures.closed:
            yield f"{self.figures.closed:,} more did not wait: the hotline was closed to them"
        if self.figures.voicemails:
            yield f"{self.figures.voicemails:,} were asked for a voice message, instead of waiting or at their ladder's end"
        if (longest := self.figures.longest) is not None:
            yield f"Longest wait: {longest.waited_s:.1f} s, {longest.caller_class}, from {longest.queued:%H:%M:%S} on, then {longest.end}"

    def _classes(self) -> Iterable[str]:
        within = next((f"{figures.within_s:g}" for figures in self.figures.classes.values()), "")
        head = ["class", "calls", "answered", "left", "ladder's end", "mean", "p50", "p95", "max", f"within {within} s", "seats rung"]
        yield ""
        yield "Waiting for a seat (s, of the calls that were answered)"
        yield table(head, [_class_row(name, figures) for name, figures in self.figures.classes.items()]).rstrip()

    def _hours(self) -> Iterable[str]:
        yield ""
        yield "Hour by hour, all classes"
        head = ["from", "calls", "answered", "left", "ladder's end", "p95", "in time"]
        yield table(head, [_hour_row(hour) for hour in self.figures.hours]).rstrip()

    def _groups(self) -> Iterable[str]:
        head = ["group", "seats", "answered", "declined", "missed", "busy", "away"]
        yield ""
        yield "Seats (a seat of two groups counts in both; busy: rings, talks or wraps up)"
        yield table(head, [_group_row(name, figures) for name, figures in self.figures.groups.items()]).rstrip()

    def _needed(self) -> Iterable[str]:
        if self.needed is None or self.erlang is None:
            return
        needed, erlang = self.needed, self.erlang
        yield ""
        yield f"Seats of {needed.group} for {needed.want}: " + (
            f"{needed.seats}" if needed.seats is not None else f"not even {needed.tried[-1].seats} are enough"
        )
        yield table(["seats", "in time", ""], [[tried.seats, _share(tried.in_time), _sure(tried.sure)] for tried in needed.tried]).rstrip()
        busiest = f"its busiest hour: {erlang.load:.2f} erlangs of {erlang.handling_s:.0f} s"
        yield f"Erlang C alone (one group, one class, {busiest}) says {erlang.seats}"

    def _pace(self) -> Iterable[str]:
        yield ""
        yield f"{self.pace.calls:,} calls were simulated in {self.pace.seconds:.1f} s: {self.pace.calls_per_s:,.0f} a second"


def _class_row(name: str, figures: ClassFigures) -> list[object]:
    seconds = [figures.mean_s, figures.p50_s, figures.p95_s, figures.max_s]
    in_time = f"{_share(figures.in_time)} {_sure(figures.sure)}".strip()
    counts = [figures.calls, figures.answered, figures.abandoned, figures.ladder_end]
    return [name, *counts, *(None if value is None else f"{value:.1f}" for value in seconds), in_time, f"{figures.rung:.2f}"]


def _hour_row(hour: HourFigures) -> list[object]:
    p95 = None if hour.p95_s is None else f"{hour.p95_s:.1f}"
    return [f"{hour.begins:%H:%M}", hour.calls, hour.answered, hour.abandoned, hour.ladder_end, p95, _share(hour.in_time)]


def _group_row(name: str, figures: GroupFigures) -> list[object]:
    counts = [figures.seats, figures.answered, figures.declined, figures.missed]
    return [name, *counts, _share(figures.occupancy), _share(figures.away)]


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _sure(sure: float | None) -> str:
    return "" if sure is None else f"±{sure:.1%}"
