"""Stories in field words."""
