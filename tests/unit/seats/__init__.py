"""Stories of the shifts."""
