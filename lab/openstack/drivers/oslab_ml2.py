"""ML2 mechanism driver for a neutron without agents: binds every port.

It stands where a vendor's driver stands (an official extension point); the
rest of neutron is unmodified.  A host whose name ends in "-nobind" is never
bound, so that PortBindingFailed can be provoked.
"""

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings as pb
from neutron_lib.plugins.ml2 import api

VIF = {
    pb.VNIC_NORMAL: pb.VIF_TYPE_OVS,
    pb.VNIC_DIRECT: pb.VIF_TYPE_HW_VEB,
    pb.VNIC_DIRECT_PHYSICAL: pb.VIF_TYPE_HOSTDEV_PHY,
    pb.VNIC_MACVTAP: pb.VIF_TYPE_HW_VEB,
    pb.VNIC_VIRTIO_FORWARDER: pb.VIF_TYPE_OVS,
}


class OslabMechanismDriver(api.MechanismDriver):
    resource_provider_uuid5_namespace = None

    def initialize(self):
        pass

    @property
    def connectivity(self):
        return pb.CONNECTIVITY_L2

    def filter_hosts_with_segment_access(self, context, segments, candidate_hosts, agent_getter):
        return set(candidate_hosts)

    def bind_port(self, context):
        if context.host.endswith("-nobind"):
            return
        vnic = context.current.get(pb.VNIC_TYPE, pb.VNIC_NORMAL)
        if vnic not in VIF:
            return
        for segment in context.segments_to_bind:
            details = {pb.CAP_PORT_FILTER: vnic == pb.VNIC_NORMAL, pb.VIF_DETAILS_BRIDGE_NAME: "br-int"}
            if segment.get(api.SEGMENTATION_ID) is not None:
                details[pb.VIF_DETAILS_VLAN] = str(segment[api.SEGMENTATION_ID])
            context.set_binding(segment[api.ID], VIF[vnic], details, status=constants.PORT_STATUS_ACTIVE)
            return
