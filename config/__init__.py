"""What an operator writes down: the settings model, its loading with file:line faults, and what each feature gets of it."""
