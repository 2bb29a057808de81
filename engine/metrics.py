"""The engine's own figures for /metrics, read from its parts when they are asked for."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.building import Engine
from engine.reloading import Reloader


class EngineFigures(Collector):
    """What this engine counts; the hotline's own figures as this engine last saw them (`Engine.seen`)."""

    def __init__(self, engine: Engine, reloader: Reloader) -> None:
        self._engine = engine
        self._reloader = reloader

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        engine = self._engine
        yield GaugeMetricFamily("zhida_calls_in_hand", "Calls in this engine's hands.", value=len(engine.post.calls))
        yield from _links(engine)
        yield GaugeMetricFamily("zhida_directory_entries", "Entries of the whitelist in force.", value=len(engine.directory()))
        yield _labelled("zhida_calls", "Calls of the hotline by state.", "state", (call.state for call in engine.seen.calls))
        yield _labelled("zhida_seats", "Seats of the hotline by state.", "state", (seat.state for seat in engine.seen.seats))
        yield from self._shifts()
        yield from self._callbacks()
        yield from self._voicemails()
        yield _totals("zhida_agi", "FastAGI server, totals.", asdict(engine.agi.counters))
        yield _totals("zhida_conference_acts", "What was asked of calls here and done, totals.", dict(engine.conferences.counts))
        recorder = engine.recorder.state
        recorded = {"recorded": recorder.recorded, "set_aside": recorder.set_aside, "faulty": recorder.faulty}
        yield _totals("zhida_facts", "Facts recorded by this engine, totals.", recorded)
        messages = GaugeMetricFamily("zhida_messages", "SMS to specialists by state.", labels=["state"])
        for state, count in sorted(engine.links.keeper.messages.items()):
            messages.add_metric([state], count)
        yield messages
        yield _totals("zhida_reloads", "Reloads of the configuration, totals.", self._reloader.counts)

    def _shifts(self) -> Iterator[Metric]:
        watch = self._engine.shifts
        wanted = GaugeMetricFamily("zhida_shift_wanted", "Seats that the group's shift wants signed in now.", labels=["group"])
        there = GaugeMetricFamily("zhida_shift_signed_in", "Seats of the group that are signed in.", labels=["group"])
        warned = GaugeMetricFamily("zhida_shift_warning", "1 while the group's shift lacks somebody.", labels=["group", "lack"])
        for group, staffing in sorted(watch.figures.items()):
            wanted.add_metric([group], staffing.wanted)
            there.add_metric([group], staffing.signed_in)
        for shortage in watch.warnings:
            warned.add_metric([shortage.group, shortage.lack], 1)
        yield from (wanted, there, warned)

    def _callbacks(self) -> Iterator[Metric]:
        now, by = self._engine.clock.now(), ["class"]
        many = GaugeMetricFamily("zhida_callbacks_open", "Callers on the call-back list, by class.", labels=by)
        oldest = GaugeMetricFamily("zhida_callbacks_oldest_seconds", "Since the first of them called.", labels=by)
        tried = GaugeMetricFamily("zhida_callbacks_attempts", "Attempts at which their phones were rung, in vain so far.", labels=by)
        for standing in self._engine.seen.callbacks:
            many.add_metric([standing.caller_class], standing.open)
            oldest.add_metric([standing.caller_class], max(0.0, (now - standing.oldest).total_seconds()))
            tried.add_metric([standing.caller_class], standing.attempts)
        yield from (many, oldest, tried)

    def _voicemails(self) -> Iterator[Metric]:
        now, by = self._engine.clock.now(), ["class"]
        many = GaugeMetricFamily("zhida_voicemails_open", "Voice messages not handled yet, by class.", labels=by)
        oldest = GaugeMetricFamily("zhida_voicemails_oldest_seconds", "Since the first of their callers called.", labels=by)
        for unheard in self._engine.seen.voicemails:
            many.add_metric([unheard.caller_class], unheard.open)
            oldest.add_metric([unheard.caller_class], max(0.0, (now - unheard.oldest).total_seconds()))
        yield from (many, oldest)


def registry_of(engine: Engine, reloader: Reloader) -> CollectorRegistry:
    """A registry with the engine's figures in it."""
    registry = CollectorRegistry()
    registry.register(EngineFigures(engine, reloader))
    registry.register(engine.wait_errors)
    return registry


def _links(engine: Engine) -> Iterator[Metric]:
    """How each Asterisk's link is, and what it counted."""
    up = GaugeMetricFamily("zhida_ami_up", "Whether the link to the Asterisk is up.", labels=["asterisk"])
    totals = CounterMetricFamily("zhida_ami", "AMI link, totals.", labels=["asterisk", "what"])
    for name, asterisk in engine.asterisks.items():
        up.add_metric([name], int(asterisk.link.state.up))
        for what, count in sorted(asterisk.link.counts.items()):
            totals.add_metric([name, what], count)
    yield up
    yield totals


def _labelled(name: str, text: str, label: str, values: Iterable[str]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in sorted(Counter(map(str, values)).items()):
        family.add_metric([value], count)
    return family


def _totals(name: str, text: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=["what"])
    for what, count in sorted(counts.items()):
        family.add_metric([what], count)
    return family
