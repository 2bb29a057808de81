"""The HTTP API: REST, WebSocket and the OpenAPI document that describes them; nothing else knows HTTP."""
