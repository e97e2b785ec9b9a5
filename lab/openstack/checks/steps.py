"""What the checks share: the client, what they made so far, and how a step is run and reported."""

import os
import time
import traceback

import openstack

os.environ["OS_CLIENT_CONFIG_FILE"] = f"{os.environ.get('OSLAB_DIR', '/tmp/oslab')}/clouds.yaml"
c = openstack.connect(cloud="oslab")
X = f"chk{os.getpid()}"
ctx, bad, undo = {}, [], []


def step(f):
    t = time.time()
    try:
        said = f()
        ok = "ok  "
    except Exception as e:
        bad.append(f.__name__)
        said, ok = f"{type(e).__name__}: {str(e)[:300]}", "FAIL"
        if os.environ.get("TRACE"):
            traceback.print_exc()
    print(f"{ok} {time.time() - t:6.2f}s {f.__name__:22} {said or ''}", flush=True)


def boot(name, flavor="f1", ports=None, wait=True, **kw):
    s = c.compute.create_server(
        name=f"{X}-{name}",
        image_id=ctx["image"].id,
        flavor_id=ctx[flavor].id,
        networks=[{"port": p.id} for p in ports] if ports else "none",
        **kw,
    )
    undo.append(
        (
            lambda: c.compute.delete_server(s, ignore_missing=True),
            lambda: c.compute.wait_for_delete(s, interval=0.3, wait=300),
        )
    )
    return c.compute.wait_for_server(s, interval=0.3, wait=300) if wait else s


def port(name, **kw):
    p = c.network.create_port(network_id=ctx["net"].id, name=f"{X}-{name}", **kw)
    undo.append((lambda: c.network.delete_port(p, ignore_missing=True), None))
    return p


def until(get, want, limit=180):
    end = time.time() + limit
    while True:
        v = get()
        if v == want:
            return v
        if time.time() > end:
            raise TimeoutError(f"{v!r}, wanted {want!r}")
        time.sleep(0.3)
