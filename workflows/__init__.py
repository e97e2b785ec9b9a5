"""What happens, in order: no I/O, no SDK of a cloud, one file per LCM operation."""
