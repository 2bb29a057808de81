"""Stories of the lab's keeper, its parts, and what is asked of it from outside."""
