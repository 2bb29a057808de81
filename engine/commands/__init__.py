"""The command line, a file for each word of it."""
