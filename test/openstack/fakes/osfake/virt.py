"""Nova's own fake driver, with what it leaves out."""

import io

from nova.compute import power_state
from nova import context as nova_context
from nova.image import glance
from nova import objects
from nova.virt import fake


class FakeDriver(fake.FakeDriver):
    capabilities = dict(fake.FakeDriver.capabilities, supports_migrate_to_same_host=True)

    def init_host(self, host):
        """Remembers the guests of before a restart."""
        super().init_host(host)
        admin = nova_context.get_admin_context()
        for guest in objects.InstanceList.get_by_host(admin, host, expected_attrs=['info_cache']):
            self.instances[guest.uuid] = fake.FakeInstance(
                guest.name, guest.power_state or power_state.RUNNING, guest.uuid)
            for vif in guest.get_network_info():
                self._interfaces[vif['id']] = vif

    def snapshot(self, context, instance, image_id, update_task_state):
        """Uploads 4 KiB, without which the image would stay queued."""
        super().snapshot(context, instance, image_id, update_task_state)
        images = glance.API()
        image = images.get(context, image_id)
        images.update(context, image_id, {
            'name': image['name'], 'status': 'active', 'disk_format': 'raw', 'container_format': 'bare',
            'properties': {'image_state': 'available', 'owner_id': instance.project_id},
        }, io.BytesIO(b'\0' * 4096))

    def get_host_uptime(self):
        return ' 12:00:00 up 1 day,  1:00,  0 users,  load average: 0, 0, 0'

    def _set(self, instance, state):
        if instance.uuid in self.instances:
            self.instances[instance.uuid].state = state

    def pause(self, instance):
        self._set(instance, power_state.PAUSED)

    def unpause(self, instance):
        self._set(instance, power_state.RUNNING)

    def suspend(self, context, instance):
        self._set(instance, power_state.SHUTDOWN)

    def resume(self, context, instance, network_info, block_device_info=None):
        self._set(instance, power_state.RUNNING)
