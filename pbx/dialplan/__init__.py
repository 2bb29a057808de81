"""The Asterisk configuration that Zhida needs, rendered from plain values: `render()`, and what it needs to know, `site`."""
