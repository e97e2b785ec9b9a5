"""Gives a lab what the samples and examples expect of a cloud; called by `up`, and harmless to call again.

External networks that every tenant may use, images whose names VNF packages mention, and two flavors that Tacker's
samples ask for by name. The images hold no system that could boot: no guest ever runs here.
"""

import os

os.environ["OS_CLIENT_CONFIG_FILE"] = f"{os.environ['OSLAB_DIR']}/clouds.yaml"

import openstack

NETWORKS = {"mgmt": "10.20.0.0/16", "data": "10.30.0.0/16"}
IMAGES = (
    "manoflow-demo-image",
    "sample_image",
    "VDU1-VirtualStorage-image",
    "VDU2-VirtualStorage-image",
    "DemoVirtualStorage",
)
FLAVORS = {"sample_flavor": (1, 512, 1), "m1.tiny": (1, 512, 1)}  # vCPUs, MiB, GiB

cloud = openstack.connect(cloud="oslab")

for name, cidr in NETWORKS.items():
    network = cloud.network.find_network(name) or cloud.network.create_network(name=name, shared=True)
    if not network.subnet_ids:
        cloud.network.create_subnet(network_id=network.id, name=name, ip_version=4, cidr=cidr)

for name in IMAGES:
    image = cloud.image.find_image(name) or cloud.image.create_image(
        name=name, disk_format="raw", container_format="bare", visibility="public"
    )
    if image.status == "queued":
        image.data = b"not a system\n" * 79
        image.upload(cloud.image)

for name, (vcpus, ram, disk) in FLAVORS.items():
    if not cloud.compute.find_flavor(name):
        cloud.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)
