"""Stories on a real lab: Asterisk, Redis, an engine, and phones with sound, on loopback addresses of their own."""
