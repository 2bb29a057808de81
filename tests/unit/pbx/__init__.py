"""Stories about what Zhida tells Asterisk and hears from it."""
