"""Scaling from the command line, on a running stack."""

import pytest

from tests.cli.conftest import Run, answered
from tests.cli.test_errors import said
from tests.packages import EXAMPLES

EXAMPLE = EXAMPLES / "three-vdus"


@pytest.mark.processes
@pytest.mark.timeout(180)
def test_a_vnf_is_scaled_by_steps_and_to_a_level(manoflow: Run) -> None:
    package = answered(manoflow("pkg", "upload", str(EXAMPLE), "--json"))["id"]
    vnf = manoflow("vnf", "create", "--package", package, "--name", "gateway").strip()
    request = str(EXAMPLE / "instantiate.json")
    manoflow("vnf", "instantiate", vnf, "--request", request, "--level", "small", "--wait")

    def size() -> tuple[int, int]:
        info = answered(manoflow("vnf", "show", vnf, "--json"))["instantiatedVnfInfo"]
        (status,) = info["scaleStatus"]
        return status["scaleLevel"], len(info["vnfcResourceInfo"])

    level, count = size()
    by = ("vnf", "scale", vnf, "--aspect", "throughput")
    assert "SCALE COMPLETED" in manoflow(*by, "--out", "--steps", "2", "--wait")
    assert size() == (level + 2, count + 2)
    assert "SCALE COMPLETED" in manoflow(*by, "--in", "--wait")
    assert size() == (level + 1, count + 1)
    to = ("vnf", "scale-to-level", vnf)
    assert "SCALE_TO_LEVEL COMPLETED" in manoflow(*to, "--level", "large", "--wait")
    assert size() == (3, count + 3)
    assert "SCALE_TO_LEVEL COMPLETED" in manoflow(*to, "--scale", "throughput=0", "--wait")
    assert size() == (level, count)
    assert "in by 1 steps: it is at scale level 0, its lowest is 0" in manoflow(*by, "--in", code=1)
    manoflow("vnf", "terminate", vnf, "--wait")
    assert "no orphans" in manoflow("vim", "orphans", "fake")


@pytest.mark.parametrize("options", [[], ["--level", "large", "--scale", "throughput=1"]])
def test_one_size_is_meant(options: list[str]) -> None:
    assert said("vnf", "scale-to-level", "id", *options).startswith("cannot tell which size is meant")


@pytest.mark.parametrize("given", ["throughput", "throughput=", "=1", "throughput=more"])
def test_a_scale_level_is_a_number_of_an_aspect(given: str) -> None:
    assert said("vnf", "scale-to-level", "id", "--scale", given).startswith(f"cannot read --scale {given}: ")
