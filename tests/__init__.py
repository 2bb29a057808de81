"""The tests: unit stories, scenarios against the real lab, recordings of captured bytes."""
