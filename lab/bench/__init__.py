"""The benchmark: Zhida beside a bare `Dial()` on the same Asterisk in the same run, with sipp as load."""
