"""Three cells of the kill matrix in every `make check`; `make matrix` tries all of them."""

import pytest

from tests.matrix.results import code_version
from tests.matrix.running import Matrix, batches

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

SAMPLE = (
    "instantiate/create_vnfc:vnfc/app/1/within/killed",
    "terminate/delete_port:port/app/0/app_internal/after/stopped",
    "instantiate/project:2/after/server",
)


async def test_three_cells_of_the_matrix(tmp_path_factory: pytest.TempPathFactory) -> None:
    told: list[str] = []
    matrix = Matrix(tmp_path_factory.mktemp("evidence"), code_version(), told.append)
    try:
        cells = {cell.id: cell for cell in await matrix.learn()}
        assert set(SAMPLE) <= cells.keys(), "the boundaries have changed: choose others"
        results = [one for batch in batches([cells[name] for name in SAMPLE]) for one in await matrix.tried(batch)]
    finally:
        await matrix.aclose()
    assert [result.cell for result in results if not result.ok] == [], "\n".join(told)
