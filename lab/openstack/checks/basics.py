"""Services, hosts, image, flavors, networks and what belongs to them."""

import os

from checks.steps import X, c, ctx, port, step, undo


@step
def authenticate():
    c.authorize()
    return ", ".join(sorted(s.type for s in c.identity.services()))


@step
def hosts():
    ctx["hosts"] = [s.host for s in c.compute.services(binary="nova-compute") if s.state == "up"]
    return ctx["hosts"], [a.name for a in c.compute.availability_zones()]


@step
def image():
    ctx["image"] = i = c.create_image(
        f"{X}-img",
        filename=__file__,
        disk_format="raw",
        container_format="bare",
        wait=True,
        hw_vif_multiqueue_enabled="true",
    )
    undo.append((lambda: c.image.delete_image(i.id, ignore_missing=True), None))
    return i.status, i.size


@step
def flavors():
    for k, v, extra in (
        ("f1", 1, {}),
        ("f2", 2, {}),
        ("fnfv", 4, {"hw:cpu_policy": "dedicated", "hw:mem_page_size": "1GB", "hw:numa_nodes": "2"}),
    ):
        ctx[k] = f = c.compute.create_flavor(name=f"{X}-{k}", ram=1024 * v, vcpus=v, disk=1)
        undo.append((lambda f=f: c.compute.delete_flavor(f, ignore_missing=True), None))
        if extra:
            c.compute.create_flavor_extra_specs(f, extra)
    return c.compute.fetch_flavor_extra_specs(ctx["fnfv"]).extra_specs


@step
def network():
    ctx["net"] = n = c.network.create_network(name=f"{X}-net")
    undo.append((lambda: c.network.delete_network(n, ignore_missing=True), None))
    ctx["sub"] = c.network.create_subnet(network_id=n.id, ip_version=4, cidr="10.77.0.0/16", name=f"{X}-sub")
    v = c.network.create_network(
        name=f"{X}-vlan",
        provider_network_type="vlan",
        provider_physical_network="physnet1",
        provider_segmentation_id=100 + os.getpid() % 3000,
    )
    undo.append((lambda: c.network.delete_network(v, ignore_missing=True), None))
    return n.status, n.provider_network_type, v.provider_segmentation_id


@step
def security_group():
    ctx["sg"] = g = c.network.create_security_group(name=f"{X}-sg")
    undo.append((lambda: c.network.delete_security_group(g, ignore_missing=True), None))
    c.network.create_security_group_rule(
        security_group_id=g.id, direction="ingress", protocol="tcp", port_range_min=22, port_range_max=22
    )


@step
def qos():
    q = c.network.create_qos_policy(name=f"{X}-qos")
    undo.append((lambda: c.network.delete_qos_policy(q, ignore_missing=True), None))
    c.network.create_qos_bandwidth_limit_rule(q, max_kbps=1000, max_burst_kbps=100)
    p = port("qos", qos_policy_id=q.id)
    return p.qos_policy_id == q.id


@step
def router():
    r = c.network.create_router(name=f"{X}-r")
    c.network.add_interface_to_router(r, subnet_id=ctx["sub"].id)
    c.network.remove_interface_from_router(r, subnet_id=ctx["sub"].id)
    c.network.delete_router(r)


@step
def keypair():
    k = c.compute.create_keypair(
        name=f"{X}-key",
        public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqKj1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1r1 lab",
    )
    undo.append((lambda: c.compute.delete_keypair(k, ignore_missing=True), None))


@step
def trunk():
    parent, sub = port("tp"), port("ts")
    t = c.network.create_trunk(
        port_id=parent.id,
        name=f"{X}-t",
        sub_ports=[{"port_id": sub.id, "segmentation_type": "vlan", "segmentation_id": 101}],
    )
    s = c.network.get_trunk(t).status
    c.network.delete_trunk(t)
    return s
