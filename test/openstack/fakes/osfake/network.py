"""Neutron without agents: ports bind at once, floating IPs get their status."""

from neutron.services.l3_router import l3_router_plugin
from neutron_lib.api.definitions import portbindings
from neutron_lib import constants
from neutron_lib.plugins.ml2 import api


class FakeMechanismDriver(api.MechanismDriver):
    """Binds each port to its first segment and says that it is ACTIVE."""

    def initialize(self):
        pass

    def bind_port(self, context):
        context.set_binding(
            context.segments_to_bind[0][api.ID], portbindings.VIF_TYPE_OVS,
            {portbindings.CAP_PORT_FILTER: True}, status=constants.PORT_STATUS_ACTIVE)


class FakeL3Plugin(l3_router_plugin.L3RouterPlugin):
    """Sets the status of floating IPs as an L3 agent would."""

    def _with_status(self, context, fip):
        status = constants.FLOATINGIP_STATUS_DOWN
        if fip['port_id']:
            status = constants.FLOATINGIP_STATUS_ACTIVE
        if fip['status'] != status:
            self.update_floatingip_status(context, fip['id'], status)
            fip['status'] = status
        return fip

    def create_floatingip(self, context, floatingip):
        return self._with_status(context, super().create_floatingip(context, floatingip))

    def update_floatingip(self, context, id, floatingip):
        return self._with_status(context, super().update_floatingip(context, id, floatingip))

    def disassociate_floatingips(self, context, port_id, do_notify=True):
        admin = context.elevated()
        mapped = self.get_floatingips(admin, filters={'port_id': [port_id]})
        result = super().disassociate_floatingips(context, port_id, do_notify)
        for fip in mapped:
            self.update_floatingip_status(admin, fip['id'], constants.FLOATINGIP_STATUS_DOWN)
        return result
