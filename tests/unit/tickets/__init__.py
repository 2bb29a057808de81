"""Stories of records, tickets and deadlines."""
