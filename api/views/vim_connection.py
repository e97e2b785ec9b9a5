"""VIM connections as ETSI shows them (SOL003 clause 4.4.1.6): never with credentials."""

from collections.abc import Collection, Iterable
from typing import Any

from manoflow.domain.base import Model
from manoflow.domain.vim import Vim, vim_type_of


class VimConnectionInfo(Model):
    """SOL003 clause 4.4.1.6 without accessInfo."""

    vim_id: str
    vim_type: str
    interface_info: dict[str, Any] | None = None
    extra: dict[str, Any] | None = None


def vim_connections(vims: Iterable[Vim], ids: Collection[str]) -> dict[str, VimConnectionInfo]:
    """Those of these ids, under the ids that resource handles refer to."""
    return {vim.id: vim_connection(vim) for vim in vims if vim.id in ids}


def vim_connection(vim: Vim) -> VimConnectionInfo:
    """One registered VIM."""
    return VimConnectionInfo(
        vim_id=vim.vim_id,
        vim_type=vim_type_of(vim.driver),
        interface_info=vim.interface_info or None,
        extra=vim.extra or None,
    )
