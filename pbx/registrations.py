"""Until when the phones' registrations hold, as an Asterisk knows it."""

from pbx.ami.link import AmiLink


async def registered_until(link: AmiLink, device: str) -> int | None:
    """When the device's newest registration at this Asterisk ends (seconds since 1970); None where there is none.

    Raises: PbxFault: Asterisk cannot be asked.
    """
    contacts = await _value(link, f"PJSIP_AOR({device.removeprefix('PJSIP/')},contact)")
    ends = [await _value(link, f"PJSIP_CONTACT({contact},expiration_time)") for contact in contacts.split(",") if contact]
    return max((int(end) for end in ends if end.isdecimal()), default=None)


async def _value(link: AmiLink, variable: str) -> str:
    answer = await link.action("Getvar", Variable=variable)
    return answer.get("Value") if answer.ok else ""
