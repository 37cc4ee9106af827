"""Cinder's own fake driver, with images, growth and multi-attach; no data."""

import io

from cinder.tests import fake_driver


class FakeVolumeDriver(fake_driver.FakeLoggingVolumeDriver):

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        return {}, True

    def copy_image_to_volume(self, context, volume, image_service, image_id, disable_sparse=False):
        pass

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        image_service.update(
            context, image_meta['id'], {}, io.BytesIO(b'\0' * 4096), store_id=image_meta.get('store_id'))

    def extend_volume(self, volume, new_size):
        pass

    def retype(self, context, volume, new_type, diff, host):
        return True

    def revert_to_snapshot(self, context, volume, snapshot):
        pass

    def _update_volume_stats(self):
        super()._update_volume_stats()
        self._stats['pools'][0]['multiattach'] = True
