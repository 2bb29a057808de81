"""From the facts of a call to its record, from the record to a ticket with deadlines; the audit against Asterisk's CDR."""
