"""nova.virt.fake.FakeDriver with what an NFV test asks of a hypervisor.

Copied to nova/virt/oslab_virt.py of the lab's venv (nova imports drivers from
its own package only).  Over FakeDriver it adds: node uuids that survive a
restart, sizes from the environment, a two-cell NUMA topology with huge pages,
and dedicated CPUs (PCPU) in placement.
"""

import os
import uuid

import os_resource_classes as orc
from nova import objects
from nova.virt import fake


def _int(name, default):
    return int(os.environ.get(name, default))


class NfvFakeDriver(fake.FakeDriver):
    capabilities = dict(fake.FakeDriver.capabilities, supports_pcpus=True, supports_migrate_to_same_host=True)
    vcpus = _int("OSLAB_VCPUS", 64)  # shared CPUs
    pcpus = _int("OSLAB_PCPUS", 32)  # dedicated CPUs, over two cells
    memory_mb = _int("OSLAB_MEMORY_MB", 262144)
    local_gb = _int("OSLAB_DISK_GB", 4096)

    def _uuid(self, nodename):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, nodename))

    def get_nodenames_by_uuid(self, refresh=False):
        return {self._uuid(n): n for n in self.get_available_nodes()}

    def _numa(self):
        cells = []
        s, p, m = self.vcpus // 2, self.pcpus // 2, self.memory_mb // 2
        huge2m = (m // 4) // 2  # a quarter in 2 MiB pages
        huge1g = (m // 4) // 1024  # a quarter in 1 GiB pages
        small = (m - huge2m * 2 - huge1g * 1024) * 256
        for c in range(2):
            base = c * (s + p)
            shared = set(range(base, base + s))
            dedicated = set(range(base + s, base + s + p))
            cells.append(
                objects.NUMACell(
                    id=c,
                    cpuset=shared,
                    pcpuset=dedicated,
                    memory=m,
                    cpu_usage=0,
                    memory_usage=0,
                    pinned_cpus=set(),
                    socket=c,
                    siblings=[{i} for i in sorted(shared | dedicated)],
                    network_metadata=objects.NetworkMetadata(physnets={"physnet1", "physnet2"}, tunneled=True),
                    mempages=[
                        objects.NUMAPagesTopology(size_kb=4, total=small, used=0, reserved=0),
                        objects.NUMAPagesTopology(size_kb=2048, total=huge2m, used=0, reserved=0),
                        objects.NUMAPagesTopology(size_kb=1048576, total=huge1g, used=0, reserved=0),
                    ],
                )
            )
        return objects.NUMATopology(cells=cells)

    def get_available_resource(self, nodename):
        res = super().get_available_resource(nodename)
        if res:
            res["uuid"] = self._uuid(nodename)
            res["numa_topology"] = self._numa()._to_json()
        return res

    def update_provider_tree(self, provider_tree, nodename, allocations=None):
        super().update_provider_tree(provider_tree, nodename, allocations)
        inv = provider_tree.data(nodename).inventory
        inv[orc.PCPU] = {
            "total": self.pcpus,
            "min_unit": 1,
            "max_unit": self.pcpus,
            "step_size": 1,
            "allocation_ratio": 1.0,
            "reserved": 0,
        }
        provider_tree.update_inventory(nodename, inv)
        provider_tree.add_traits(nodename, "HW_CPU_X86_AVX2", "HW_CPU_X86_AESNI")
