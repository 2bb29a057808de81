"""What can be wrong with the link itself, each with its code and its sentence."""

from calls.errors import PbxFault


def down(action: str, why: str) -> PbxFault:
    """The action was not sent."""
    return PbxFault("ami_down", f"Asterisk cannot be asked for {action}: the AMI link is down ({why}).", action=action)


def lost(action: str, why: str) -> PbxFault:
    """The action was sent, and the link went away before the answer."""
    sentence = f"The AMI link was lost while {action} was under way ({why}); it is not known whether Asterisk did it."
    return PbxFault("ami_down", sentence, action=action)


def timed_out(action: str, waited_s: float) -> PbxFault:
    """Asterisk did not answer in time."""
    sentence = f"Asterisk did not answer {action} within {waited_s:g} s; it is not known whether it did it."
    return PbxFault("ami_timeout", sentence, action=action)


def busy(action: str, in_flight: int) -> PbxFault:
    """Too many actions wait for an answer."""
    return PbxFault("ami_busy", f"{in_flight} AMI actions wait for an answer already; {action} was not sent.", action=action)


def unreachable(where: str, why: str) -> PbxFault:
    """No TCP connection."""
    return PbxFault("ami_unreachable", f"No connection to Asterisk's AMI at {where}: {why}.")


def not_asterisk(where: str) -> PbxFault:
    """Somebody else listens there."""
    return PbxFault("ami_not_asterisk", f"What answers at {where} is not Asterisk's AMI; the port is manager.conf's, 5038 by default.")


def closed_by_asterisk(where: str) -> PbxFault:
    """The connection ended from the other side."""
    return PbxFault("ami_closed", f"Asterisk at {where} ended the AMI connection.")


def closed_by_us() -> PbxFault:
    """The engine ended the connection."""
    return PbxFault("ami_stopped", "The AMI link was closed by this engine.")


def our_mistake(error: Exception) -> PbxFault:
    """The link failed in a way nobody thought of."""
    return PbxFault("ami_link_failed", f"The AMI link failed by a mistake in the engine ({type(error).__name__}); it is made anew.")


def silent(where: str, for_s: float) -> PbxFault:
    """Nothing is heard any more: the host, the network or Asterisk hangs."""
    return PbxFault("ami_silent", f"Asterisk at {where} gave no sign of life for {for_s:g} s over AMI; the connection was given up.")


def login_refused(where: str, username: str, words: str) -> PbxFault:
    """Wrong user or secret, or an address manager.conf denies."""
    sentence = f"Asterisk at {where} refused the AMI login of {username!r} ({words}): user, secret and permit= are in manager.conf."
    return PbxFault("ami_login_refused", sentence)


def login_slow(where: str, waited_s: float) -> PbxFault:
    """Connected, and no answer to the login."""
    return PbxFault("ami_login_slow", f"Asterisk at {where} did not answer the AMI login within {waited_s:g} s.")


def not_booted(where: str, username: str, waited_s: float) -> PbxFault:
    """Logged in, and no FullyBooted."""
    sentence = (
        f"Asterisk at {where} did not report FullyBooted within {waited_s:g} s: AMI user {username!r} needs read=system,call,dtmf "
        "in manager.conf, or Asterisk is still starting."
    )
    return PbxFault("ami_not_booted", sentence)


def wrong_systemname(where: str, found: str, wanted: str) -> PbxFault:
    """Another Asterisk, or one that does not sign its events."""
    sentence = f"Asterisk at {where} has systemname {found!r} in asterisk.conf, but {wanted!r} is configured here; they must agree."
    return PbxFault("ami_wrong_systemname", sentence)


def no_settings(where: str, username: str, words: str) -> PbxFault:
    """CoreSettings is refused, so nobody can tell whose events these are."""
    sentence = f"Asterisk at {where} refused CoreSettings ({words}): AMI user {username!r} needs write=reporting in manager.conf."
    return PbxFault("ami_not_permitted", sentence)
