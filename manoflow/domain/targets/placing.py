"""Which VIM a VNF instance goes to: the one the request names, else the instance's own, else the default."""

from collections.abc import Sequence
from uuid import UUID

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance


def inline_connection_id(vnf_instance_id: UUID, name: str) -> str:
    """The id under which a VIM connection that a request brought along is registered; an id is its own."""
    own = f"{vnf_instance_id}/"
    return name if name.startswith(own) else own + name


def chosen_vim(instance: VnfInstance, request: InstantiateVnfRequest, vims: Sequence[Vim]) -> str:
    """The id of the VIM connection to use. Refuses an unknown VIM, several, and none where there is no default."""
    named = _named(instance, request, vims)
    if len(named) > 1:
        message = f"cannot instantiate: several VIMs are named ({', '.join(sorted(named))}), one is supported"
        raise InvalidInputError(message)
    if named:
        return named.pop()
    if instance.state is not None:
        return instance.state.vim_connection_id
    shared = [vim for vim in vims if "/" not in vim.id]
    default = next((vim for vim in shared if vim.default), shared[0] if len(shared) == 1 else None)
    if default is None:
        known = ", ".join(vim.id for vim in shared) or "none"
        message = (
            f"cannot choose a VIM: the request names none and there is no default among those registered ({known}); "
            "name one in vimConnectionInfo or register one as default"
        )
        raise InvalidInputError(message)
    return default.id


def _named(instance: VnfInstance, request: InstantiateVnfRequest, vims: Sequence[Vim]) -> set[str]:
    ids = {name: registered(instance, name, info.vim_id, vims) for name, info in request.vim_connection_info.items()}
    outside = [link.vim_connection_id for link in request.ext_virtual_links]
    inside = [link.vim_connection_id for link in request.ext_managed_virtual_links]
    of_links = {name for name in (*outside, *inside) if name}
    wanted = {ids.get(name) or registered(instance, name, None, vims) for name in of_links}
    return wanted or set(ids.values()) or set(instance.vim_connection_info)


def registered(instance: VnfInstance, name: str, vim_id: str | None, vims: Sequence[Vim]) -> str:
    """The id of the VIM that an entry of vimConnectionInfo means: one brought for this instance, or a shared one."""
    by_id = {vim.id for vim in vims}
    inline = inline_connection_id(instance.id, name)
    if inline in by_id:
        return inline
    if vim_id is not None:
        by_vim_id = [vim.id for vim in vims if vim_id in {vim.vim_id, vim.id} and "/" not in vim.id]
        if by_vim_id:
            return by_vim_id[0]
    elif name in by_id and "/" not in name:
        return name
    message = (
        f"cannot use VIM connection {name}: no VIM is registered under "
        f"{vim_id or name}; register it with POST /manoflow/v1/vims or give accessInfo and interfaceInfo"
    )
    raise InvalidInputError(message)
