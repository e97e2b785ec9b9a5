"""The composition root: settings, worker, server, command line and the embedded stack."""
