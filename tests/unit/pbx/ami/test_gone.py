import pytest

from calls.errors import LegGone, NotFound, PbxFault
from pbx.ami.gone import if_still_there

LEG = "1760000000.7"


@pytest.mark.parametrize("gone", [LegGone("no_such_leg", "It hung up."), NotFound("not_in_room", "It left by itself.")])
def test_a_leg_that_went_meanwhile_wants_nothing_any_more(gone: Exception) -> None:
    with if_still_there(LEG):
        raise gone


def test_an_asterisk_that_did_not_do_it_is_still_a_fault() -> None:
    with pytest.raises(PbxFault), if_still_there(LEG):
        raise PbxFault("ami_timeout", "Asterisk did not answer.")
