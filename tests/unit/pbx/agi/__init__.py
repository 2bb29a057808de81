"""Stories about FastAGI: the wire, one call, the server."""
