"""Verifiers of bearer tokens: `static` knows a list of clients, `jwt` an OAuth2 authorization server."""
