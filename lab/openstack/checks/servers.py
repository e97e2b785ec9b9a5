"""Servers: their ports, their states, their hosts."""

from checks.steps import X, boot, c, ctx, port, step, undo, until
from openstack import exceptions as exc


@step
def boot_on_port():
    ctx["p1"] = port(
        "p1",
        security_group_ids=[ctx["sg"].id],
        fixed_ips=[{"subnet_id": ctx["sub"].id, "ip_address": "10.77.5.5"}],
        allowed_address_pairs=[{"ip_address": "10.99.0.0/24"}],
    )
    ctx["s1"] = s = boot(
        "s1", ports=[ctx["p1"]], key_name=f"{X}-key", user_data="aGVsbG8=", config_drive=True, metadata={"vnf": "x"}
    )
    p = c.network.get_port(ctx["p1"].id)
    return s.status, s.compute_host, p.status, p.binding_vif_type, p.binding_host_id, s.addresses[f"{X}-net"][0]["addr"]


@step
def stop_start():
    c.compute.stop_server(ctx["s1"])
    c.compute.wait_for_server(ctx["s1"], "SHUTOFF", interval=0.3, wait=180)
    c.compute.start_server(ctx["s1"])
    c.compute.wait_for_server(ctx["s1"], "ACTIVE", interval=0.3, wait=180)


@step
def reboot():
    c.compute.reboot_server(ctx["s1"], "HARD")
    # status goes back to ACTIVE while task_state still says rebooting_hard, and
    # until that is gone every further action answers 409
    until(lambda: c.compute.get_server(ctx["s1"]).task_state, None)


@step
def rebuild():
    c.compute.rebuild_server(ctx["s1"], image=ctx["image"].id)
    until(lambda: c.compute.get_server(ctx["s1"]).task_state, None)
    return c.compute.get_server(ctx["s1"]).status


@step
def resize_confirm():
    before = c.compute.get_server(ctx["s1"]).compute_host
    c.compute.resize_server(ctx["s1"], ctx["f2"])
    s = c.compute.wait_for_server(ctx["s1"], "VERIFY_RESIZE", interval=0.3, wait=180)
    c.compute.confirm_server_resize(ctx["s1"])
    c.compute.wait_for_server(ctx["s1"], "ACTIVE", interval=0.3, wait=180)
    return before, "->", s.compute_host, c.compute.get_server(ctx["s1"]).flavor.vcpus


@step
def live_migrate():
    s = c.compute.get_server(ctx["s1"])
    other = [h for h in ctx["hosts"] if h != s.compute_host]
    if not other:
        return "skipped: one host"
    c.compute.live_migrate_server(s, other[0], block_migration=False)
    until(lambda: c.compute.get_server(s.id).compute_host, other[0])
    c.compute.wait_for_server(ctx["s1"], "ACTIVE", interval=0.3, wait=180)
    return s.compute_host, "->", other[0]


@step
def attach_detach():
    ctx["p2"] = port("p2")
    c.compute.create_server_interface(ctx["s1"], port_id=ctx["p2"].id)
    until(lambda: len(list(c.compute.server_interfaces(ctx["s1"]))), 2)
    st = until(lambda: c.network.get_port(ctx["p2"].id).status, "ACTIVE")
    c.compute.delete_server_interface(ctx["p2"].id, server=ctx["s1"])
    until(lambda: len(list(c.compute.server_interfaces(ctx["s1"]))), 1)
    until(lambda: c.network.get_port(ctx["p2"].id).device_id, "")
    return "attached port", st


@step
def boot_nfv_flavor():
    s = boot("nfv", flavor="fnfv", ports=[port("nfv")])
    h = next(iter(c.placement.resource_providers(name=s.compute_host)))
    r = c.session.get(
        f"/allocations/{s.id}", endpoint_filter={"service_type": "placement"}, microversion="1.28"
    ).json()["allocations"][h.id]["resources"]
    d = c.session.get(
        f"/servers/{s.id}/topology", endpoint_filter={"service_type": "compute"}, microversion="2.78"
    ).json()["nodes"]
    return s.status, r, [(n["cpu_pinning"], n["host_node"]) for n in d]


@step
def boot_nfv_too_big():
    f = c.compute.create_flavor(name=f"{X}-big", ram=1024, vcpus=2000, disk=1)
    undo.append((lambda: c.compute.delete_flavor(f, ignore_missing=True), None))
    ctx["big"] = f
    try:
        boot("big", flavor="big", ports=[port("big")])
    except exc.ResourceFailure:
        s = c.compute.find_server(f"{X}-big")
        return "ERROR as it must:", c.compute.get_server(s.id).fault["message"][:60]
    raise AssertionError("a server of 2000 vCPUs became ACTIVE")


@step
def anti_affinity():
    n = len(ctx["hosts"])
    g = c.compute.create_server_group(name=f"{X}-aa", policy="anti-affinity")
    undo.append((lambda: c.compute.delete_server_group(g, ignore_missing=True), None))
    ss = [boot(f"aa{i}", ports=[port(f"aa{i}")], wait=False, scheduler_hints={"group": g.id}) for i in range(n)]
    at = [c.compute.wait_for_server(s, interval=0.3, wait=300).compute_host for s in ss]
    assert len(set(at)) == n, at
    try:
        boot("aa-extra", ports=[port("aax")], scheduler_hints={"group": g.id})
    except exc.ResourceFailure:
        return at, f"the {n + 1}th was refused"
    raise AssertionError("one server too many")


@step
def zones():
    out = []
    for z in [a.name for a in c.compute.availability_zones() if a.name.startswith("az")]:
        s = boot(f"in-{z}", ports=[port(z)], availability_zone=z)
        assert s.availability_zone == z, s.availability_zone
        out.append((z, s.compute_host))
    return out
