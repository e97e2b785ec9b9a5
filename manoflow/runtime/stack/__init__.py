"""The embedded stack of `manoflow up` and `manoflow demo`: its processes, and who keeps them."""
