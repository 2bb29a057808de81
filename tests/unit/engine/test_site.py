"""What the settings become in Asterisk's files."""

from pathlib import Path

import pytest

from config.lab_file import lab_settings
from engine.outside import outside_of
from engine.site import site_of


@pytest.mark.parametrize(
    ("form", "prefix", "dialled"),
    [("national", "", "051586669999"), ("local", "0", "086669999"), ("e164", "", "+8651586669999")],
)
def test_the_dialplan_calls_the_duty_phone_as_the_engine_does(tmp_path: Path, form: str, prefix: str, dialled: str) -> None:
    overrides = [f"outbound.number_form={form}", f'outbound.prefix="{prefix}"']
    settings = lab_settings(state_dir=tmp_path, overrides=overrides)
    site = site_of(settings, next(iter(settings.asterisk.values())), ("127.0.0.1:4573",))
    assert site.duty_phone == dialled
    assert outside_of(settings).digits("0515-86669999") == dialled
