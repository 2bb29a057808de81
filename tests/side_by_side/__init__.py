"""The suite in several workers at once: each has a lab of its own, and one has what needs no lab, at low priority."""
