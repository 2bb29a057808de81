"""Which call goes where: the plan of a call, the waiting room, the words that explain a decision."""
