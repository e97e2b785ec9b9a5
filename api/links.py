"""The URLs of our resources: every link and every Location is built here, on the setting `public_url`."""

from dataclasses import dataclass
from uuid import UUID

VNF_LCM_PREFIX = "/vnflcm/v2"
VNF_PKGM_PREFIX = "/vnfpkgm/v2"
OWN_PREFIX = "/manoflow/v1"


@dataclass(frozen=True)
class Links:
    """Absolute URLs."""

    public_url: str

    def vnf_instance(self, vnf_instance_id: UUID) -> str:
        """An individual VNF instance."""
        return f"{self.public_url}{VNF_LCM_PREFIX}/vnf_instances/{vnf_instance_id}"

    def operation(self, vnf_instance_id: UUID, path: str) -> str:
        """The task resource of an operation."""
        return f"{self.vnf_instance(vnf_instance_id)}/{path}"

    def occurrence(self, lcm_op_occ_id: UUID) -> str:
        """An individual VNF LCM operation occurrence."""
        return f"{self.public_url}{VNF_LCM_PREFIX}/vnf_lcm_op_occs/{lcm_op_occ_id}"

    def task(self, lcm_op_occ_id: UUID, name: str) -> str:
        """A task resource of an occurrence: retry, rollback, fail, cancel."""
        return f"{self.occurrence(lcm_op_occ_id)}/{name}"

    def vnf_package(self, vnf_pkg_id: UUID) -> str:
        """An individual VNF package."""
        return f"{self.public_url}{VNF_PKGM_PREFIX}/vnf_packages/{vnf_pkg_id}"

    def plan(self, plan_id: UUID) -> str:
        """A plan that may be executed."""
        return f"{self.public_url}{OWN_PREFIX}/plans/{plan_id}"

    def vim(self, vim_connection_id: str) -> str:
        """A registered VIM."""
        return f"{self.public_url}{OWN_PREFIX}/vims/{vim_connection_id}"
