"""A VIM connection that is changed while workers run and operations wait: the next call uses the new one."""

from pathlib import Path

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.domain.errors import ConflictError, QuotaError
from manoflow.domain.lcm import LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vim import VimConnection
from tests.laws.preparing import INSTANTIATE
from tests.stand import VIM, Stand


async def lead_to(bench: Stand, world: Path) -> None:
    """Have the connection lead somewhere else."""

    def changed(before: VimConnection) -> VimConnection:
        return before.model_copy(update={"interface_info": {"world": str(world)}})

    await bench.records.change_vim(VIM, changed)


async def decided(bench: Stand, parked: VnfLcmOpOcc, kind: VerdictKind) -> VnfLcmOpOcc:
    await bench.decide(parked, kind)
    return await bench.settled(parked.id)


async def test_an_operation_that_could_not_reach_its_vim_goes_on_with_the_corrected_connection(
    bench: Stand, tmp_path: Path
) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        instance = await bench.instance("cut off")
        parked = await bench.perform(INSTANTIATE, instance)
        await lead_to(bench, tmp_path / "missing" / "world.db")
        parked = await decided(bench, parked, VerdictKind.RETRY)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert parked.error is not None
        assert "folder is missing" in parked.error.detail
        with pytest.raises(ConflictError, match=f"operation {parked.id} "):
            await bench.records.delete_vim(VIM)
        await lead_to(bench, bench.world)
        done = await decided(bench, parked, VerdictKind.RETRY)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(instance)


async def test_an_operation_whose_vim_was_deleted_before_it_began_touches_nothing(bench: Stand) -> None:
    instance = await bench.instance("homeless")
    await bench.records.delete_vim(VIM)
    async with bench.working():
        done = await bench.perform(INSTANTIATE, instance)
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "cannot choose a VIM" in done.error.detail
    assert bench.there() == set()
