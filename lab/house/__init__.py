"""The lab in the background: its parts (Redis, Asterisk, engines), the keeper that starts and restarts them, up and down."""
