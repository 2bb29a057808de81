"""Where endpoints are, as an Asterisk knows it: until when a phone's registration holds, whether another Asterisk answers."""

from pbx.ami.link import AmiLink


async def registered_until(link: AmiLink, endpoint: str) -> int | None:
    """When the endpoint's newest registration at this Asterisk ends (seconds since 1970); None where there is none.

    Raises: PbxFault: Asterisk cannot be asked.
    """
    ends = await _of_contacts(link, endpoint, "expiration_time")
    return max((int(end) for end in ends if end.isdecimal()), default=None)


async def peer_is_dead(link: AmiLink, endpoint: str) -> bool:
    """Whether the other Asterisk leaves OPTIONS unanswered (pjsip_zhida.conf has it asked every few seconds).

    Raises: PbxFault: Asterisk cannot be asked.
    """
    return await _of_contacts(link, endpoint, "status") == ["Unreachable"]


async def _of_contacts(link: AmiLink, endpoint: str, field: str) -> list[str]:
    contacts = await _value(link, f"PJSIP_AOR({endpoint},contact)")
    return [await _value(link, f"PJSIP_CONTACT({contact},{field})") for contact in contacts.split(",") if contact]


async def _value(link: AmiLink, variable: str) -> str:
    answer = await link.action("Getvar", Variable=variable)
    return answer.get("Value") if answer.ok else ""
