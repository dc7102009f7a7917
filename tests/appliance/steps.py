"""What is proved, in this order: each step does one thing to the machine and says what was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.appliance.common import Kit
from tests.appliance.comparing import empty, proof
from tests.appliance.installing import again, install, memory, photos, send, unit
from tests.appliance.machine import Machine
from tests.appliance.night import asleep, night
from tests.appliance.screen_steps import absent, masked, other, plugged_at_night, turned, unplugged
from tests.appliance.stopping import boot, download, hung, killed, network
from tests.appliance.surroundings import clock, full
from tests.appliance.updating import update

Step = Callable[[Machine, Kit], str]

STEPS: Mapping[str, Step] = {
    step.__name__: step
    for step in (
        *(send, install, again, unit, photos, boot, killed, hung, proof, empty),
        *(download, network, clock, full, asleep, night),
        *(unplugged, absent, other, turned, plugged_at_night, masked),
        *(update, memory),
    )
}
