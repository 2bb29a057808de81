"""Stories of the plan and its explanation, and of the waiting room."""
