"""The simulation: its files, its day, its figures."""
