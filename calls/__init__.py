"""The words every part of Zhida shares: ids, calls, legs, events, errors, the clock. Standard library, and the State Council's calendar."""
