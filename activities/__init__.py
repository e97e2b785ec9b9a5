"""What is done: one class per kind of effect, talking to ports only."""
