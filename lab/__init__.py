"""The lab: a real Asterisk, Redis, softphones and callers on this machine, for the demo, the tests and the benchmark."""
