"""Stories of the shifts, of agents, and of what people do at a seat."""
