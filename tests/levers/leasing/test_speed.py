"""How long a district's match takes: told, not judged."""

from time import process_time

import numpy as np
import pytest

from service.levers.leasing.match import match
from tests.levers.leasing.frames import TODAY, premises, projects, rules


@pytest.mark.nightly
@pytest.mark.parametrize("objective", ["tax", "tax_per_mu"])
def test_two_hundred_projects_on_five_hundred_premises(objective: str) -> None:
    """A plan within its limits and a bound that it does not exceed; seconds of the processor are printed."""
    rng = np.random.default_rng(3)
    looking = projects(
        *(
            {
                "project": f"J{number:03}",
                "floor_need": int(rng.integers(500, 12_000)),
                "land_need": int(rng.integers(1000, 9000)),
                "tax": int(rng.integers(50, 3000)),
                "power_need": int(rng.integers(100, 900)),
                "lease_or_land": str(rng.choice(["lease", "either"])),
                "division": str(rng.choice(["38", "39", "40"])),
            }
            for number in range(200)
        )
    )
    free = premises(
        *(
            {
                "premises": f"S{number:03}",
                "floor": int(rng.integers(1000, 20_000)),
                "power": int(rng.choice([800, 2000])),
                "industries": str(rng.choice(["", "38,39", "40"])),
            }
            for number in range(500)
        )
    )
    begun = process_time()
    found = match(looking, free, rules(), objective, TODAY)
    plan = found.plan
    gap, took = (plan.bound - plan.worth) / plan.worth, process_time() - begun
    print(f"\n{objective}: {found.options.height:,} options, {took:.1f} s, {plan.optimal=}, gap {gap:.2%}")
    assert 0 < plan.worth <= plan.bound
    assert len(plan.chosen) + len(found.unplaced) == 200
