"""What is written to the log, and how it follows a level that changes while the engine runs."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from engine.logs import configure_logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before, level = structlog.get_config(), logging.getLogger().level
    yield
    configure_logs("debug")  # whatever kept a logger meanwhile says everything
    structlog.configure(**before)
    logging.getLogger().setLevel(level)


def events(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]


def test_a_logger_that_was_used_follows_a_level_that_changes(capsys: pytest.CaptureFixture[str]) -> None:
    log, said = structlog.get_logger(), {}
    for level in ("info", "error", "debug"):
        configure_logs(level)
        log.debug("debugged")
        log.info("told")
        log.error("failed")
        said[level] = events(capsys)
    assert said == {"info": ["told", "failed"], "error": ["failed"], "debug": ["debugged", "told", "failed"]}


def test_a_line_holds_whatever_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    log = structlog.get_logger()
    with structlog.contextvars.bound_contextvars(call_id="c1"):
        log.info("call_arrived", name="示例集团有限公司", fault=ValueError("no"))
    try:
        raise ValueError("no")
    except ValueError:
        log.exception("agi_handler_failed")
    arrived, failed = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (arrived["call_id"], arrived["name"], arrived["fault"]) == ("c1", "示例集团有限公司", "ValueError('no')")
    assert "ValueError: no" in failed["exception"]
