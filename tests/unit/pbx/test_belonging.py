"""Which Asterisk a call or a leg is of is read from its id."""

import pytest

from pbx.belonging import Belonging

SEVERAL = Belonging({"pbx1": "lab", "pbx2": "lab-2", "pbx3": "x-lab"})


@pytest.mark.parametrize(
    ("ident", "name"),
    [
        ("lab-1795203893.0", "pbx1"),
        ("lab-2-1795203893.17", "pbx2"),
        ("x-lab-1795203893.3", "pbx3"),
        ("spec-lab-1795203893.0-4", "pbx1"),
        ("spec-lab-2-1795203893.0-4", "pbx2"),
        ("other-1795203893.0", None),
        ("lab", None),
        ("lab-1795203893", None),
        ("labor-1795203893.0", None),
        ("PJSIP/8001-00000001", None),
        ("", None),
    ],
)
def test_the_systemname_before_the_time_tells(ident: str, name: str | None) -> None:
    assert SEVERAL.of(ident) == name


def test_a_call_of_an_old_name_is_left_to_the_first() -> None:
    assert SEVERAL.or_first("before-1795203893.0") == "pbx1"
