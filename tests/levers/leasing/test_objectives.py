"""What is to be as large as it can, and how its total is named."""

import pytest

from service.levers.leasing.assigned import assignment
from service.levers.leasing.candidates import OBJECTIVES
from service.levers.leasing.match import match
from service.levers.leasing.problem import WorthTooLarge
from tests.levers.leasing.frames import TODAY, premises, projects, rules


@pytest.mark.parametrize(
    ("objective", "worth", "unit"),
    [
        ("tax", 500, "万元"),
        ("output", 10_000, "万元"),
        ("tax_per_mu", 150, "万元/亩"),
        ("output_per_mu", 2000, "万元/亩"),
    ],
)
def test_a_sum_per_mu_is_named_so_and_stands_beside_the_ratio(
    objective: str, worth: float, unit: str
) -> None:
    """3000 and 1500 m² of floor use 6 and 3 亩: 50 + 100 万元/亩 by themselves, 600 over 9 亩 together."""
    of_tax = {"tax_per_mu": (300, 300), "tax": (300, 200)}.get(objective, (300, 300))
    of_output = {"output_per_mu": (6000, 3000), "output": (6000, 4000)}.get(objective, (6000, 3000))
    looking = projects(
        {"tax": of_tax[0], "output": of_output[0]},
        {"tax": of_tax[1], "output": of_output[1], "floor_need": 1500},
    )
    section = assignment(match(looking, premises({}), rules(), objective, TODAY), objective)
    totals = {each.code: each for each in section.totals}
    assert (totals["worth"].value, totals["worth"].unit) == (worth, unit)
    assert ("sum" in totals["worth"].title[0]) == (unit == "万元/亩")
    assert totals["tax_wan_yuan_per_mu"].value == round(sum(of_tax) / 9, 6)
    assert totals["output_wan_yuan_per_mu"].value == round(sum(of_output) / 9, 6)
    assert objective in OBJECTIVES


def test_a_ratio_of_what_is_not_known_is_not_known() -> None:
    """One of the two does not say its output."""
    found = match(projects({}, {"output": None}), premises({}), rules(), "tax", TODAY)
    totals = {each.code: each.value for each in assignment(found, "tax").totals}
    assert totals["tax_wan_yuan_per_mu"] == 50
    assert totals["output_wan_yuan_per_mu"] is None


def test_worth_that_cannot_be_counted_exactly_has_its_own_error() -> None:
    """Two that are below 2^53 fen, and together are not."""
    huge = {"tax": 5 * 10**9}
    with pytest.raises(WorthTooLarge):
        match(projects(huge, huge), premises({}), rules(), "tax", TODAY)
