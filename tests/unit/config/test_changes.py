"""What differs between two configurations, and what a running engine takes on of it."""

from pathlib import Path

import pytest

from config.changes import AT_ONCE, RESTART, Change, Effect, changes, misfits, taken_on
from config.settings import Settings
from tests.unit.config.builders import MINIMAL, settings_of


def told(folder: Path, *overrides: str, before: tuple[str, ...] = ()) -> dict[str, Change]:
    old, new = settings_of(folder, MINIMAL, *before), settings_of(folder, MINIMAL, *overrides)
    return {".".join(change.key): change for change in changes(old, new)}


def shown(change: Change) -> tuple[str | None, str | None, str]:
    return change.old, change.new, change.effect


def test_nothing_differs(tmp_path: Path) -> None:
    assert told(tmp_path) == {}


def test_a_seat_more_in_a_group(tmp_path: Path) -> None:
    found = told(tmp_path, "groups.priority.seats=8001-8003")
    assert {key: shown(change) for key, change in found.items()} == {
        "groups.priority.seats": ("8001, 8002", "8001-8003", Effect.AT_ONCE)
    }


def test_a_group_that_comes_and_one_that_goes(tmp_path: Path) -> None:
    more = ("groups.extra={seats: 8030-8035, label: 夜班}",)
    assert shown(told(tmp_path, *more)["groups.extra.seats"]) == (None, "8030-8035", Effect.AT_ONCE)
    assert shown(told(tmp_path, before=more)["groups.extra.label"]) == ("夜班", None, Effect.AT_ONCE)


def test_a_rung_of_a_ladder(tmp_path: Path) -> None:
    assert shown(told(tmp_path, "ladders.key_enterprise.1.after_s=12")["ladders.key_enterprise.1.after_s"]) == ("8", "12", Effect.AT_ONCE)


def test_no_secret_is_shown(tmp_path: Path) -> None:
    found = told(tmp_path, "api.tokens.desk.token=another-token-of-24-char")
    assert shown(found["api.tokens.desk.token"]) == ("(a secret)", "(another secret)", Effect.AT_ONCE)
    assert "char" not in str(told(tmp_path, "asterisk.pbx1.ami.secret=charlie"))


@pytest.mark.parametrize(
    "override",
    [
        "redis.url=redis://10.0.0.9:6379/0",
        "sql.url=sqlite+aiosqlite:////tmp/other.db",
        "api.port=8090",
        "engine.agi.listen=127.0.0.1:4600",
        "engine.max_calls=7",
        "asterisk.pbx1.systemname=other",
        "hotline.id=other",
        "lab.auto_login=true",
    ],
)
def test_what_needs_a_restart_is_not_taken_on(tmp_path: Path, override: str) -> None:
    old, new = settings_of(tmp_path), settings_of(tmp_path, MINIMAL, override, "seats.wrap_up_s=7")
    found = {".".join(change.key): change.effect for change in changes(old, new)}
    assert found.pop("seats.wrap_up_s") is Effect.AT_ONCE
    assert set(found.values()) == {Effect.RESTART}
    taken = taken_on(old, new)
    assert taken.seats.wrap_up_s == 7
    assert taken == settings_of(tmp_path, MINIMAL, "seats.wrap_up_s=7")


def test_a_section_is_taken_on_key_by_key_where_only_some_of_it_can_be(tmp_path: Path) -> None:
    old = settings_of(tmp_path)
    taken = taken_on(old, settings_of(tmp_path, MINIMAL, "engine.log_level=debug", "engine.max_calls=7", "hotline.name=别的"))
    assert (taken.engine.log_level, taken.engine.max_calls, taken.hotline.name) == ("debug", old.engine.max_calls, "别的")


def test_what_does_not_fit_without_the_restart_is_found(tmp_path: Path) -> None:
    before = ("asterisk.pbx1.sip_address=10.0.0.11:5060", "asterisk.pbx2={systemname: b, ami: {secret: x}, sip_address: 10.0.0.12:5060}")
    after = (*before, "asterisk.pbx2.sip_address=10.0.0.13:5060", "trunks.carrier.match=[10.0.0.12]")
    taken = taken_on(settings_of(tmp_path, MINIMAL, *before), settings_of(tmp_path, MINIMAL, *after))
    assert [".".join(problem.key) for problem in misfits(taken)] == ["trunks.carrier.match.0"]


@pytest.mark.parametrize("override", ["supervision.phones=8101", "callback.attempts=7"])
def test_what_supervisors_and_the_call_back_desk_go_by_is_taken_on(tmp_path: Path, override: str) -> None:
    assert {change.effect for change in told(tmp_path, override).values()} == {Effect.AT_ONCE}


def test_every_key_is_either_taken_on_or_said_to_need_a_restart() -> None:
    for name, field in Settings.model_fields.items():
        keys = {(name,)}
        if any(len(key) > 1 and key[0] == name for key in (*AT_ONCE, *RESTART)):
            keys = {(name, below) for below in field.annotation.model_fields}  # type: ignore[union-attr]
        assert all((key in AT_ONCE) is not (key in RESTART) for key in keys), name


def test_whatever_takes_effect_at_once_or_does_not_exists() -> None:
    for key in (*AT_ONCE, *RESTART):
        model: object = Settings
        for name in key:
            fields = getattr(model, "model_fields", {})
            assert name in fields, key
            model = fields[name].annotation
