"""`manoflow demo`: the argument for Manoflow, told on a stack of its own that leaves nothing behind."""
