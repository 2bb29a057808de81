"""Stories of the API, with a hotline in memory behind it."""
