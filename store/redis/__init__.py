"""Live state in Redis: every step one Lua script, so that any number of engines can share a hotline."""
