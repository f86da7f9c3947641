"""Random lives against the real write path: see `machine` for what happens in them and what must hold."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from state_machine.machine import Life
from state_machine.merging import Merging

EXAMPLES = int(os.environ.get("TWOHOP_STATE_EXAMPLES", "50"))
"""How many lives: a few for every run of the tests, a thousand in CI."""

STEPS = 20
"""Steps of one life: enough for a value to be told, corrected, ended and told again beside others."""

SETTINGS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.large_base_example,
    ],
)


@pytest.mark.timeout(2_400)
def test_no_merge_breaks_what_must_hold() -> None:
    """Entities that become one, or two, leave every timeline, relation and past read in order."""
    run_state_machine_as_test(Merging, settings=SETTINGS)


@pytest.mark.timeout(2_400)
def test_no_life_breaks_what_must_hold() -> None:
    """Whatever is told, judged, edited, restarted or mistimed, state stays guarded, versioned and provable."""
    run_state_machine_as_test(Life, settings=SETTINGS)
