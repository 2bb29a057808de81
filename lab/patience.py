"""How long the lab waits for what is bound to come."""

from typing import Final

PATIENCE_S: Final = 60.0
"""For the hopeless case alone: nothing is told from how soon something comes within it, however busy the machine is."""
