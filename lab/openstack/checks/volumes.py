"""Volumes, alone and with servers."""

import openstack
from checks.steps import X, c, ctx, port, step, undo, until
from openstack import exceptions as exc


def cinder(f):
    def g():
        if not any(s.type == "block-storage" for s in c.identity.services()):
            return "skipped: no cinder"
        return f()

    g.__name__ = f.__name__
    return step(g)


def volume(name, conn=c, size=1, wait="available", **kw):
    v = conn.block_storage.create_volume(name=f"{X}-{name}", size=size, **kw)
    undo.append((lambda: c.block_storage.delete_volume(v.id, ignore_missing=True), None))
    if wait:
        v = conn.block_storage.wait_for_status(
            v, wait, failures=["error"] if wait != "error" else [], interval=0.3, wait=180
        )
    return v


@cinder
def volume_create():
    ctx["v1"] = v = volume("v1", metadata={"vnf": "x"})
    return v.status, v.size, v.host, v.metadata


@cinder
def volume_attach():
    v, s = ctx["v1"], ctx["s1"]
    a = c.compute.create_volume_attachment(s, volume_id=v.id)
    until(lambda: c.block_storage.get_volume(v).status, "in-use")
    at = [(x["server_id"] == s.id, x["device"]) for x in c.block_storage.get_volume(v).attachments]
    try:
        c.block_storage.delete_volume(v)
        raise AssertionError("an attached volume was deleted")
    except exc.BadRequestException:
        pass
    c.compute.delete_volume_attachment(s, v.id)
    until(lambda: c.block_storage.get_volume(v).status, "available")
    assert not list(c.compute.volume_attachments(s))
    return a.device, at, "deleting it while attached: 400"


@cinder
def volume_snapshot():
    n = c.block_storage.create_snapshot(volume_id=ctx["v1"].id, name=f"{X}-snap")
    c.block_storage.wait_for_status(n, "available", interval=0.3, wait=180)
    v = volume("from-snap", snapshot_id=n.id)
    c.block_storage.extend_volume(v, 2)
    size = until(lambda: c.block_storage.get_volume(v).size, 2)
    c.block_storage.delete_volume(v)
    c.block_storage.wait_for_delete(v, interval=0.3, wait=180)
    c.block_storage.delete_snapshot(n)
    c.block_storage.wait_for_delete(n, interval=0.3, wait=180)
    return "volume from it, extended to", size


@cinder
def volume_delete():
    c.block_storage.delete_volume(ctx["v1"])
    c.block_storage.wait_for_delete(ctx["v1"], interval=0.3, wait=180)


@cinder
def volume_error():
    return volume("v-fail", wait="error").status, "as it must"


@cinder
def volume_list():
    vs = [volume(f"l{i}", wait=None) for i in range(5)]
    for v in vs:
        c.block_storage.wait_for_status(v, "available", interval=0.3, wait=180)
    got = [v.id for v in c.block_storage.volumes(limit=2) if v.name.startswith(f"{X}-l")]  # pages of two
    assert sorted(got) == sorted(v.id for v in vs), got
    for v in vs:
        c.block_storage.delete_volume(v)
    for v in vs:
        c.block_storage.wait_for_delete(v, interval=0.3, wait=180)
    return len(got), "in pages of 2"


@cinder
def volume_quota():
    d = openstack.connect(cloud="demo")
    p = c.identity.find_project("demo")
    c.block_storage.update_quota_set(p.id, volumes=1)
    try:
        volume("q1", conn=d)
        volume("q2", conn=d)
    except exc.HttpException as e:
        return e.status_code, str(e.details)[:60]
    finally:
        c.block_storage.revert_quota_set(p.id)
    raise AssertionError("one volume too many")


@cinder
def boot_from_volume():
    v = volume("root", image_id=ctx["image"].id)
    p = port("bfv")
    s = c.compute.create_server(
        name=f"{X}-bfv",
        flavor_id=ctx["f1"].id,
        networks=[{"port": p.id}],
        block_device_mapping=[
            {
                "boot_index": 0,
                "uuid": v.id,
                "source_type": "volume",
                "destination_type": "volume",
                "delete_on_termination": True,
            },
            {
                "boot_index": -1,
                "source_type": "blank",
                "destination_type": "volume",
                "volume_size": 2,
                "delete_on_termination": True,
            },
        ],
    )
    undo.append((lambda: c.compute.delete_server(s, ignore_missing=True), None))
    s = c.compute.wait_for_server(s, interval=0.3, wait=300)
    a = [x.id for x in s.attached_volumes]
    st = sorted(c.block_storage.get_volume(x).status for x in a)
    assert c.block_storage.get_volume(v).is_bootable
    assert len(a) == 2
    assert v.id in a
    c.compute.delete_server(s)
    c.compute.wait_for_delete(s, interval=0.3, wait=180)
    until(lambda: [x.id for x in c.block_storage.volumes() if x.id in a], [])
    return s.status, st, "gone with the server"


@cinder
def boot_image_to_volume():
    p = port("bfi")
    s = c.compute.create_server(
        name=f"{X}-bfi",
        flavor_id=ctx["f1"].id,
        networks=[{"port": p.id}],
        block_device_mapping=[
            {
                "boot_index": 0,
                "uuid": ctx["image"].id,
                "source_type": "image",
                "destination_type": "volume",
                "volume_size": 1,
                "delete_on_termination": True,
            }
        ],
    )
    undo.append((lambda: c.compute.delete_server(s, ignore_missing=True), None))
    s = c.compute.wait_for_server(s, interval=0.3, wait=300)
    return s.status, len(s.attached_volumes), "volume made by nova"
