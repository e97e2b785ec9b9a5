"""Keeps credentials out of texts: services quote what they were sent, and what they answer is shown and recorded."""

import json
from collections.abc import Callable
from urllib.parse import quote

from manoflow.domain.vim import VimConnection

SECRETS = ("password", "applicationCredentialSecret")
"""The keys of accessInfo whose values nobody may see. The others help to find out what was wrong."""

HIDDEN = "***"

Hide = Callable[[str], str]
"""Takes the secrets out of a text."""


def hiding(connection: VimConnection) -> Hide:
    """Hide a connection's secrets, as they are and as JSON and URLs write them."""
    secrets = [connection.access_info[name].get_secret_value() for name in SECRETS if name in connection.access_info]
    forms = {
        form for secret in secrets if secret for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""))
    }
    longest_first = sorted(forms, key=len, reverse=True)

    def hide(text: str) -> str:
        for form in longest_first:
            text = text.replace(form, HIDDEN)
        return text

    return hide
