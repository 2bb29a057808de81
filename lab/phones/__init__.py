"""Phones and callers for the lab: Python drivers over real SIP programs (baresip, sipp)."""
