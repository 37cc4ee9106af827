"""nova-compute with the driver of this package.

Nova looks for drivers below nova.virt only, so the module is made known there.
The import of main comes first: it patches the threads.
"""

import sys

from nova.cmd.compute import main  # noqa: F401

from osfake import virt

sys.modules['nova.virt.osfake'] = virt
