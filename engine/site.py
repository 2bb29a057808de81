"""The settings, as the Asterisk templates want them."""

from config.derive import browser_of, devices_of, fallback_seats, seat_codes, seat_ids_of
from config.settings import Settings
from config.telephony import PbxSettings
from engine.outside import outside_of
from pbx.dialplan.site import NumberFrom, Peer, SeatPhone, Site, TrunkLine


def site_of(settings: Settings, pbx: PbxSettings, engines: tuple[str, ...]) -> Site:
    """The site one Asterisk serves; `engines` are the FastAGI addresses "host:port" it tries in turn."""
    duty_phone = settings.fallback.duty_phone
    return Site(
        engines=engines,
        trunks=tuple(
            TrunkLine(
                name=name,
                match=trunk.match,
                number_from=NumberFrom(trunk.number_from),
                dialled=trunk.dialled or tuple(settings.dialled),
            )
            for name, trunk in settings.trunks.items()
        ),
        outside=str(settings.outbound.address) if settings.outbound is not None else "",
        seats=tuple(_phones(settings)),
        fallback_seats=fallback_seats(settings),
        duty_phone=outside_of(settings).digits(duty_phone) if duty_phone and settings.outbound is not None else "",
        fallback_after_s=settings.fallback.engine_wait_s,
        ami_user=pbx.ami.user,
        ami_secret=pbx.ami.secret.get_secret_value(),
        ami_permit=pbx.ami.permit,
        sounds=pbx.prompts_dir,
        language=settings.hotline.language,
        music=pbx.music_dir,
        accept_key=settings.conference.accept_key,
        longest_call_s=round(settings.engine.max_call_s),
        longest_callback_s=round(settings.engine.max_call_s + settings.callback.wait_s),
        media_address=pbx.media_address or "",
        qualify_s=pbx.qualify_s,
        outside_number=outside_of(settings).caller_id,
        peers=_peers(settings, pbx),
        phones=_phone_names(settings) if len(settings.asterisk) > 1 else (),
        seat_codes=tuple(seat_codes(settings)),
        call_keys=settings.conference.keys.enabled,
        contacts=settings.seats.contacts,
    )


def _peers(settings: Settings, pbx: PbxSettings) -> tuple[Peer, ...]:
    """The other Asterisks of the hotline."""
    others = {name: other.sip_address for name, other in settings.asterisk.items() if other != pbx}
    return tuple(Peer(name=name, address=str(at)) for name, at in others.items() if at is not None)


def _phone_names(settings: Settings) -> tuple[str, ...]:
    devices = (device for seat in seat_ids_of(settings) for device in devices_of(settings, seat))
    return tuple(dict.fromkeys(device.removeprefix("PJSIP/") for device in devices))


def _phones(settings: Settings) -> list[SeatPhone]:
    """Every seat's phones that Asterisk is to know; none where the seats' endpoints are configured by hand (no seats.password)."""
    if settings.seats.password is None:
        return []
    template = settings.seats.password.get_secret_value()
    phones = []
    for seat in seat_ids_of(settings):
        browser = browser_of(settings, seat)
        for device in devices_of(settings, seat):
            name = device.removeprefix("PJSIP/")
            password = template.replace("{seat}", name)
            phones.append(SeatPhone(name=name, password=password, browser=browser in name))
    own = settings.supervision.phones
    return phones + [SeatPhone(name=phone, password=template.replace("{seat}", phone)) for phone in own]
