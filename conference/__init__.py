"""Three-way calls: the specialists' roster, the hunt for one of them, the room that caller, seat and specialist share."""
