"""Stories of the calendar and of recurring times."""
