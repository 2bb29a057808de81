"""The AMI link: what Asterisk writes, what callers slip into it, and what happens when it is gone."""
