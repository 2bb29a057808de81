"""Gateways that take SMS; they implement tickets.messages.Gateway."""
