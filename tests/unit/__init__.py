"""Stories of single parts."""
