"""What may reach a log of a telephone number."""


def masked(number: str) -> str:
    """The number with all but its last four digits starred: `051588880001` gives `********0001`.

    Anything shorter than eight characters is starred whole, because four of its digits would tell most of it.
    """
    if len(number) < 8:
        return "*" * len(number)
    return "*" * (len(number) - 4) + number[-4:]
