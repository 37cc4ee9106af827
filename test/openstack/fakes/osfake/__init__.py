"""Fake drivers below Nova, Neutron and Cinder: no guest, no packet, no disk."""
