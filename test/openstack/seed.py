"""Fills the control plane so that there is something to test with.

    seed.py identity      users, projects and the catalogue, through Keystone
    seed.py cloud DIR     flavors, images and networks, a proof that servers and
                          volumes work, and the credentials as files in DIR

Everything is looked for before it is created, so it can run again.
"""

import io
import logging
import os
import sys
import time

import openstack

HOST = 'http://127.0.0.1'
AUTH_URL = HOST + ':5000/v3'
REGION = 'RegionOne'
CATALOGUE = {  # type: name, URL
    'compute': ('nova', HOST + ':8774/v2.1'),
    'placement': ('placement', HOST + ':8778'),
    'image': ('glance', HOST + ':9292'),
    'network': ('neutron', HOST + ':9696'),
    'volumev3': ('cinderv3', HOST + ':8776/v3/%(project_id)s'),
}
PROJECTS = {'service': ['admin', 'service'], 'demo': ['member'], 'alt': ['member']}
CLOUDS = ['demo', 'alt', 'admin']
FLAVORS = [  # name, vcpus, MiB, GiB; the ids are 1, 2, ...
    ('m1.tiny', 1, 512, 1), ('m1.small', 1, 2048, 20),
    ('m1.medium', 2, 4096, 40), ('m1.large', 4, 8192, 80),
    ('m1.xlarge', 8, 16384, 160),
    ('x1.nohost', 1, 512, 9000000),  # no host has room: such a server errs
]


def connect(name):
    """User, password and project have the same name."""
    return openstack.connect(
        auth_url=AUTH_URL, username=name, password=name, project_name=name,
        user_domain_id='default', project_domain_id='default', region_name=REGION)


def identity():
    iam = connect('admin').identity
    roles = {r.name: r.id for r in iam.roles()}
    if 'service' not in roles:
        roles['service'] = iam.create_role(name='service').id
    projects = {p.name: p.id for p in iam.projects()}
    users = {u.name: u.id for u in iam.users()}
    for name, wanted in PROJECTS.items():
        if name not in projects:
            projects[name] = iam.create_project(name=name, domain_id='default').id
        if name not in users:
            users[name] = iam.create_user(
                name=name, password=name, domain_id='default', default_project_id=projects[name]).id
        for role in wanted:
            iam.assign_project_role_to_user(projects[name], users[name], roles[role])
    services = {s.type: s.id for s in iam.services()}
    endpoints = {(e.service_id, e.interface) for e in iam.endpoints()}
    for kind, (name, url) in CATALOGUE.items():
        if kind not in services:
            services[kind] = iam.create_service(type=kind, name=name).id
        for face in ('public', 'internal', 'admin'):
            if (services[kind], face) not in endpoints:
                iam.create_endpoint(service_id=services[kind], interface=face, url=url, region_id=REGION)


def image(admin, name):
    found = admin.image.find_image(name)
    if not found:
        found = admin.image.create_image(
            name=name, disk_format='raw', container_format='bare', visibility='public',
            min_disk=1, min_ram=64, wait=True, data=io.BytesIO(b'\0' * 8192), os_distro='cirros')
    return found.id


def network(cloud, name, cidr, **attributes):
    net = cloud.network.find_network(name) or cloud.network.create_network(name=name, **attributes)
    subnet = cloud.network.find_subnet(name + '-subnet')
    if not subnet:
        subnet = cloud.network.create_subnet(
            name=name + '-subnet', network_id=net.id, ip_version=4, cidr=cidr,
            enable_dhcp=name != 'public', dns_nameservers=['192.0.2.53'])
    return net.id, subnet.id


def project_network(cloud, external, cidr):
    """A network behind a router, and a security group that lets ssh in."""
    net, subnet = network(cloud, 'private', cidr)
    router = cloud.network.find_router('router')
    if not router:
        router = cloud.network.create_router(name='router', external_gateway_info={'network_id': external})
    if not list(cloud.network.ports(device_id=router.id, network_id=net)):
        cloud.network.add_interface_to_router(router, subnet_id=subnet)
    if not cloud.network.find_security_group('ssh'):
        group = cloud.network.create_security_group(name='ssh')
        for protocol, port in (('icmp', None), ('tcp', 22)):
            cloud.network.create_security_group_rule(
                security_group_id=group.id, direction='ingress', ethertype='IPv4', protocol=protocol,
                port_range_min=port, port_range_max=port, remote_ip_prefix='0.0.0.0/0')
    return net


def wait(what, seconds, there):
    end = time.time() + seconds
    while not there():
        if time.time() > end:
            sys.exit('gave up waiting for ' + what)
        time.sleep(0.5)


def wait_for_hosts(admin):
    wait('the compute host', 90, lambda: any(
        h.state == 'up' for h in admin.compute.hypervisors(details=True)))
    wait('the volume service', 60, lambda: any(
        s['binary'] == 'cinder-volume' and s['state'] == 'up'
        for s in admin.block_storage.get('/os-services').json()['services']))


def prove(demo, image_id, flavor_id, network_id):
    """A server becomes ACTIVE and a volume available, and both go again."""
    volume = demo.block_storage.create_volume(name='up-check', size=1)
    server = demo.compute.create_server(
        name='up-check', image_id=image_id, flavor_id=flavor_id, networks=[{'uuid': network_id}])
    try:
        demo.compute.wait_for_server(server, interval=0.5, wait=120)
        demo.block_storage.wait_for_status(volume, interval=0.5, wait=60)
    finally:
        demo.compute.delete_server(server)
        demo.block_storage.delete_volume(volume)
        demo.compute.wait_for_delete(server, interval=0.5, wait=60)


def write_credentials(folder, ids):
    with open(os.path.join(folder, 'clouds.yaml'), 'w') as f:
        f.write('clouds:\n')
        for name in CLOUDS:
            f.write(f'''  {name}:
    region_name: {REGION}
    identity_api_version: 3
    auth:
      auth_url: {AUTH_URL}
      username: {name}
      password: {name}
      project_name: {name}
      user_domain_name: Default
      project_domain_name: Default
''')
    variables = {
        'AUTH_URL': AUTH_URL, 'IDENTITY_API_VERSION': 3, 'USERNAME': 'demo', 'PASSWORD': 'demo',
        'PROJECT_NAME': 'demo', 'USER_DOMAIN_NAME': 'Default', 'PROJECT_DOMAIN_NAME': 'Default',
        'REGION_NAME': REGION, **ids}
    with open(os.path.join(folder, 'openrc'), 'w') as f:
        f.writelines(f'export OS_{key}={value}\n' for key, value in variables.items())


def cloud(folder):
    admin, demo, alt = (connect(name) for name in ('admin', 'demo', 'alt'))
    flavors = {f.name: f.id for f in admin.compute.flavors()}
    for number, (name, vcpus, ram, disk) in enumerate(FLAVORS, 1):
        if name not in flavors:
            flavors[name] = admin.compute.create_flavor(
                name=name, id=str(number), vcpus=vcpus, ram=ram, disk=disk).id
    images = [image(admin, name) for name in ('cirros', 'cirros-2')]
    external, _ = network(
        admin, 'public', '203.0.113.0/24', is_router_external=True, is_shared=False,
        provider_network_type='flat', provider_physical_network='public')
    private = project_network(demo, external, '10.10.0.0/24')
    project_network(alt, external, '10.20.0.0/24')
    wait_for_hosts(admin)
    prove(demo, images[0], flavors['m1.tiny'], private)
    write_credentials(folder, {
        'IMAGE_ID': images[0], 'IMAGE_ID_2': images[1],
        'FLAVOR_ID': flavors['m1.tiny'], 'FLAVOR_ID_RESIZE': flavors['m1.small'],
        'NETWORK_ID': private, 'EXTGW_ID': external})


if __name__ == '__main__':
    logging.captureWarnings(True)
    if sys.argv[1] == 'identity':
        identity()
    else:
        cloud(sys.argv[2])
