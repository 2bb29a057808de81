"""A real Asterisk of the lab's own: its configuration around the snippets that Zhida writes, its start and stop."""
