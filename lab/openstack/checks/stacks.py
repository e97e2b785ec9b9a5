"""A stack, where the laboratory has Heat."""

import os
import tempfile
import time

from checks.steps import X, c, step


@step
def heat_stack():
    if not any(s.type == "orchestration" for s in c.identity.services()):
        return "skipped: no heat"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as f:
        f.write(f"""heat_template_version: 2021-04-16
parameters: {{n: {{type: number, default: 2}}}}
resources:
  net: {{type: 'OS::Neutron::Net'}}
  sub: {{type: 'OS::Neutron::Subnet', properties: {{network: {{get_resource: net}}, cidr: 10.9.0.0/24}}}}
  grp:
    type: OS::Heat::ResourceGroup
    properties:
      count: {{get_param: n}}
      resource_def:
        type: OS::Nova::Server
        properties:
          image: {X}-img
          flavor: {X}-f1
          networks: [{{subnet: {{get_resource: sub}}}}]
outputs: {{ips: {{value: {{get_attr: [grp, first_address]}}}}}}
""")
    t = time.time()
    s = c.create_stack(f"{X}-stack", template_file=f.name, wait=True, timeout=600)
    t1 = time.time() - t
    got = c.orchestration.get_stack(s.id)
    c.update_stack(f"{X}-stack", template_file=f.name, wait=True, timeout=600, n=3)
    n = len(list(c.compute.servers(name=f"{X}-stack")))
    c.delete_stack(s.id, wait=True)
    os.unlink(f.name)
    return got.status, f"create {t1:.1f}s", got.outputs[0]["output_value"], f"scaled to {n}"
