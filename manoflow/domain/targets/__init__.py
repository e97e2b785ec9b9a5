"""Targets: the topology that each operation wants. Pure functions of descriptor, record and request."""
