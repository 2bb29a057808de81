"""`python -m engine COMMAND …`, which ./zhida runs."""

from engine.commands.main import main

if __name__ == "__main__":
    main()
