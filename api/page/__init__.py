"""The page on which a specialist reads one ticket and answers it: plain HTML, in the hotline's language or in English."""
