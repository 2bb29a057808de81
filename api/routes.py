"""Every operation, once: the application serves this table and the OpenAPI document is made of it."""

from typing import Final

from api.resources import calls, conferences, seats, tickets
from api.route import AnyRoute

ROUTES: Final[tuple[AnyRoute, ...]] = (
    *calls.ROUTES,
    *conferences.ROUTES,
    *tickets.ROUTES,
    *seats.ROUTES,
)
