"""Replay histories: one file per run of a story, recorded on a real Temporal server, committed and never edited.

A file is named ``{operation}/{release}-{story}-{run}.json``. `record` writes those of the present release.
"""
