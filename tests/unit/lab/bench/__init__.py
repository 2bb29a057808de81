"""Stories of the benchmark."""
