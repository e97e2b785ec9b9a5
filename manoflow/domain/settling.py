"""How the end of an operation settles its VNF instance (SOL003 clause 5.6.2; architecture, states)."""

from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType
from manoflow.domain.plan import Plan
from manoflow.domain.vnf import InstantiatedState, VnfInstance
from manoflow.domain.vnf_info import modified


def settled(
    instance: VnfInstance,
    operation: LcmOperationType,
    state: LcmOperationState,
    plan: Plan | None,
    *,
    resources_left: bool,
) -> VnfInstance:
    """The instance once `state` is entered.

    COMPLETED makes it what the plan said. ROLLED_BACK leaves it as it was before. FAILED leaves it instantiated as long
    as anything of it is recorded, so that terminate and heal can reach what is there; what an instantiated one was
    brought to before is still said of it, so that the next operation starts from there. While resources of an
    unfinished instantiation exist, the state that the plan is for is shown already; instantiationState is not.
    A modification changes what is said about the instance, at COMPLETED, and nothing otherwise.
    """
    if operation is LcmOperationType.MODIFY_INFO:
        return _modified(instance, plan) if state is LcmOperationState.COMPLETED else instance
    if state is LcmOperationState.COMPLETED and plan is not None:
        return _with(instance, plan, instantiated=plan.outcome is not None)
    if state is LcmOperationState.FAILED:
        reached = plan if operation is LcmOperationType.INSTANTIATE else None
        return _with(instance, reached, instantiated=resources_left)
    if operation is not LcmOperationType.INSTANTIATE:
        return instance
    return instance.model_copy(update={"state": plan.outcome if plan is not None and resources_left else None})


def _modified(instance: VnfInstance, plan: Plan | None) -> VnfInstance:
    return modified(instance, plan.modification) if plan is not None and plan.modification is not None else instance


def _with(instance: VnfInstance, plan: Plan | None, *, instantiated: bool) -> VnfInstance:
    if not instantiated:
        gone = {"instantiation_state": InstantiationState.NOT_INSTANTIATED, "state": None}
        return instance.model_copy(update=gone)
    state = plan.outcome if plan is not None and plan.outcome is not None else instance.state
    there = {"instantiation_state": InstantiationState.INSTANTIATED, "state": _taken_over(state) if state else None}
    return instance.model_copy(update={**there, **(_set_by(state, instance) if state else {})})


def _set_by(state: InstantiatedState, instance: VnfInstance) -> dict[str, object]:
    return {
        "extensions": {**instance.extensions, **state.extensions},
        "vnf_configurable_properties": {**instance.vnf_configurable_properties, **state.vnf_configurable_properties},
    }


def _taken_over(state: InstantiatedState) -> InstantiatedState:
    """Without what the instance has now: the next operation would set it again, over what was modified meanwhile."""
    return state.model_copy(update={"extensions": {}, "vnf_configurable_properties": {}})
