"""Where operations run."""
