"""Stories about the whitelist."""
