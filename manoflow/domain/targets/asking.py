"""Which VIMs an operation that is not planned yet is going to use, as far as that can be told now.

Its planning decides (`placing`); this is asked by whoever wants to take a VIM away before.
"""

from collections.abc import Sequence

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.lcm import LcmOperationType, VnfLcmOpOcc
from manoflow.domain.targets.placing import chosen_vim, registered
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance
from manoflow.domain.vnf_info import VnfInfoModificationRequest


def vims_asked_for(occurrence: VnfLcmOpOcc, instance: VnfInstance, vims: Sequence[Vim]) -> frozenset[str]:
    """Ids of the connections that its request leads to. Empty where its planning is going to refuse it."""
    try:
        match occurrence.operation:
            case LcmOperationType.INSTANTIATE:
                request = InstantiateVnfRequest.model_validate(occurrence.operation_params)
                return frozenset({chosen_vim(instance, request, vims)})
            case LcmOperationType.MODIFY_INFO:
                named = VnfInfoModificationRequest.model_validate(occurrence.operation_params).vim_connection_info
                kept = {name: info for name, info in named.items() if info is not None}
                return frozenset(registered(instance, name, info.vim_id, vims) for name, info in kept.items())
            case _:  # It uses that which its instance is in.
                return frozenset({instance.state.vim_connection_id} if instance.state else ())
    except InvalidInputError:
        return frozenset()
