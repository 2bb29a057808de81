"""Live state: stories of the waiting room and the seats, on a real Redis."""
