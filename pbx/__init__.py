"""Asterisk, and nothing else in Zhida knows Asterisk: its AGI, its AMI, its dialplan."""
