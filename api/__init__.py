"""The ETSI interfaces over HTTP, one file per resource: validate, admit, start, answer."""
