"""Where content lives: package files and user data, behind `manoflow.ports.artifacts`."""
