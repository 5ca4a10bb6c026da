"""From which day and for which periods a scheme may be used."""

from datetime import timedelta

import pytest

from service.errors import InvalidParameter
from service.jobs.periods import require_in_force, require_period, today
from tests.support.snapshots import scheme


def code_of(caught: pytest.ExceptionInfo[InvalidParameter]) -> str:
    """Return the stable code of an error."""
    return caught.value.code


def test_a_scheme_is_refused_until_the_day_it_begins() -> None:
    """The day itself counts; the error says the day, in both languages."""
    require_in_force(scheme(valid_from=today().isoformat()))
    tomorrow = (today() + timedelta(days=1)).isoformat()
    with pytest.raises(InvalidParameter, match=tomorrow) as caught:
        require_in_force(scheme(valid_from=tomorrow))
    assert code_of(caught) == "scheme-not-in-force"
    assert tomorrow in caught.value.detail_zh


def test_a_scheme_that_ended_serves_its_own_periods() -> None:
    """Those that it names; without names, the years up to its end."""
    ended = scheme(valid_from="2020-01-01", valid_to="2021-12-31")
    require_in_force(ended)
    require_period("2021", ended)
    with pytest.raises(InvalidParameter, match="ended on 2021-12-31") as caught:
        require_period("2022", ended)
    assert code_of(caught) == "scheme-not-for-period"


def test_a_scheme_for_named_periods_serves_no_other() -> None:
    """The error names them."""
    with pytest.raises(InvalidParameter, match="is for 2021, 2022, not for 2023"):
        require_period("2023", scheme(periods=["2021", "2022"]))


def test_what_is_no_year_is_no_period() -> None:
    """With or without a scheme."""
    with pytest.raises(InvalidParameter) as caught:
        require_period("23")
    assert code_of(caught) == "invalid-period"
