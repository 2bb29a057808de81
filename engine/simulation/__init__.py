"""A day of calls in virtual time, through the plan and the waiting room that also take the real ones."""
