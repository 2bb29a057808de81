"""The road of a call in virtual time: real engines without Redis and Asterisk, which are played by models."""
