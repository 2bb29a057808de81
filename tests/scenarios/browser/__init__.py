"""A seat's phone in a real browser: a page that speaks SIP over a WebSocket, in a Chromium without a window."""
