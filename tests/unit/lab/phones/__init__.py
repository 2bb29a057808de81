"""Stories about the lab's phones and callers."""
