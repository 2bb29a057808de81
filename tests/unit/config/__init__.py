"""Stories of an operator's file: what loads, what is refused with which sentence, what each feature gets of it."""
