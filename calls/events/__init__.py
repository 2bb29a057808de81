"""Facts about a call, in the order they happen, as the records keep them.

Every fact is frozen, belongs to one call and carries the moment it became true. A fact is appended to the hotline's
stream in the same step that changes the live state, and the records (call, ticket, figures) are folded from the facts
alone. Fields are plain JSON values, so that Lua can write a fact as well as Python; times travel as milliseconds.

A field may be added with a default; a field never changes its meaning. Unknown fields and kinds are passed over when
read, so that engines of two versions can share a stream.
"""

from calls.events.afterwards import *
from calls.events.arriving import *
from calls.events.documents import *
from calls.events.ending import *
from calls.events.event import *
from calls.events.in_call import *
from calls.events.specialists import *
from calls.events.supervising import *
from calls.events.talking import *
from calls.events.waiting import *
