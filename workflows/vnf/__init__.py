"""LCM operations of a VNF: one file each, read top to bottom."""
