"""Seats and the agents at them: what a seat is, the states it can be in, and what changes them."""
