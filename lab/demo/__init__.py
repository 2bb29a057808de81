"""The story of a hotline's day, played with real calls and told as it happens."""
