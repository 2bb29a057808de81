"""`zhida asterisk-config`: the snippets for an Asterisk of one's own."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import Fault
from engine.addresses import agi_addresses
from engine.commands.options import ConfigFile, Overrides, settings_of
from engine.site import site_of
from pbx.dialplan.render import render


def asterisk_config(
    out: Annotated[Path, typer.Option(help="The folder they are written into.")],
    config: ConfigFile = None,
    overrides: Overrides = None,
) -> None:
    """Write the dialplan, pjsip, manager, confbridge, queues, music and CDR snippets to include."""
    settings = settings_of(config, overrides)
    for name, pbx in settings.asterisk.items():
        folder = out if len(settings.asterisk) == 1 else out / name
        snippets = render(site_of(settings, pbx, agi_addresses(settings)))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file, text in snippets.items():
                (folder / file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise Fault("snippets_not_written", f"{folder} cannot be written: {error.strerror}.") from None
        for file in snippets:
            sys.stdout.write(f"{folder / file}\n")
        included = "each at the end of the file it is named after, e.g. #include extensions_zhida.conf in extensions.conf"
        sys.stdout.write(f"Include them in {name}'s configuration, {included}; then: asterisk -rx 'core reload'.\n")
