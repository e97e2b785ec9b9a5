"""Models, states, topology, diff and planners: pure functions on pydantic and the standard library."""
