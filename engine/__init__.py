"""The running engine: the command line, the wiring of all parts, the road of a call from top to bottom."""
