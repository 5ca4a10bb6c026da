"""The cases that schemes come with, run from the YAML that a policy officer reads."""

import pytest

from service.jobs.trying import Tried, scheme_of, try_cases
from service.reference.schemes import scheme_names, shipped_cases

GOLDEN = {
    "huangyan-2022": ("100.000000", "83.1493", "57.7650"),
    "huangyan-2021": ("83.3357", "100.0000"),
    "jingde-2022": ("20.000000", "8.000000"),  # x = min: a fifth of the weight
}
"""Published numbers that the case files must keep stating."""


def tried(name: str) -> list[Tried]:
    """Return the cases of a shipped scheme, tried on it."""
    cases = shipped_cases(name)
    return list(try_cases(cases, scheme_of(cases)))


@pytest.mark.parametrize("name", scheme_names())
def test_every_shipped_scheme_comes_with_cases_that_pass(name: str) -> None:
    """The file beside a scheme is about that scheme, and everything comes out as it says."""
    assert shipped_cases(name).content.scheme == name
    outcome = tried(name)
    assert outcome
    assert {each.title: each.mismatches for each in outcome if each.mismatches} == {}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_published_numbers_are_among_what_is_expected(name: str) -> None:
    """A case file cannot quietly lose the arithmetic that was published."""
    stated = {
        format(number, "f")
        for case in shipped_cases(name).content.cases
        for parcel in case.parcels
        if parcel.expect is not None
        for number in (parcel.expect.total, *parcel.expect.items.values())
        if number is not None
    }
    assert set(GOLDEN[name]) <= stated
