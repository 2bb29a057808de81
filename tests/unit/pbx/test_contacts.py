"""Several telephones registered as one device: what is dialled so that all of them ring."""

from dataclasses import dataclass, field

import pytest

from calls.errors import PbxFault
from pbx.ami.newcall import NewCall
from pbx.contacts import asks_contacts, each_contact, to_all

DESK = "PJSIP/8001/sip:8001-0x55@192.0.2.7:14422"
SOFT = "PJSIP/8001/sip:8001@192.0.2.8:5060;transport=ws"
ORDER = NewCall(
    dial="PJSIP/8001", context="zhida-room", exten="target", channel_id="xfer-1", timeout_s=30, variables={"ZHIDA_ROOM": "zhida-1.1"}
)


@dataclass
class Actions:
    """pbx.ami.actions.AmiActions, as far as it is asked for telephones."""

    said: dict[str, str] = field(default_factory=dict)

    async def get_global(self, name: str) -> str:
        if name not in self.said:
            raise PbxFault("ami_down", "no link")
        return self.said[name]


def test_all_telephones_of_a_device_are_named() -> None:
    assert asks_contacts("PJSIP/8001") == "PJSIP_DIAL_CONTACTS(8001)"
    assert each_contact("PJSIP/8001", f"{DESK}&{SOFT}") == [DESK, SOFT]


@pytest.mark.parametrize("said", ["", "PJSIP/8001/sip:8001@192.0.2.7,60,g", "PJSIP/8001/sip:x@192.0.2.7^4", "Local/1@evil"])
def test_what_a_telephone_registered_as_ends_no_argument_of_the_dial(said: str) -> None:
    assert each_contact("PJSIP/8001", said) == ["PJSIP/8001"]


def test_the_telephones_of_another_asterisk_are_its_affair() -> None:
    assert asks_contacts("PJSIP/8001@zhida-pbx-pbx2") == ""


async def test_a_single_telephone_is_rung_as_it_is() -> None:
    order = await to_all(Actions({"PJSIP_DIAL_CONTACTS(8001)": DESK}), ORDER, "PJSIP/8001")  # type: ignore[arg-type]
    assert order == ORDER


async def test_several_are_rung_by_one_leg() -> None:
    actions = Actions({"PJSIP_DIAL_CONTACTS(8001)": f"{DESK}&{SOFT}", "PJSIP_DIAL_CONTACTS(9001)": ""})
    order = await to_all(actions, ORDER, "PJSIP/8001&PJSIP/9001")  # type: ignore[arg-type]
    assert (order.dial, order.channel_id, order.context) == ("Local/ring@zhida-several/n", "xfer-1", "zhida-room")
    assert order.other_id == "dials-xfer-1"
    assert order.variables == {"ZHIDA_ROOM": "zhida-1.1", "ZHIDA_TO": f"{DESK}&{SOFT}&PJSIP/9001"}


async def test_an_asterisk_that_cannot_be_asked_is_asked_to_ring_it_all_the_same() -> None:
    assert (await to_all(Actions(), ORDER, "PJSIP/8001")).dial == "PJSIP/8001"  # type: ignore[arg-type]
