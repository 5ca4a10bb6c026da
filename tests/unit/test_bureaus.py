import pytest

from service.domain.hand_overs import Feed
from service.domain.tables import feed_names
from service.reference.bureaus import bureau_of, bureaus, responsibilities, stale_after
from service.reference.tables import unit_table


@pytest.mark.parametrize("name", [*Feed, *feed_names([]), *unit_table().metrics])
def test_somebody_answers_for_everything_that_is_handed_over(name: str) -> None:
    """Every feed, every part of coverage and every metric has a line with its bureau and its months."""
    assert name in responsibilities()
    assert bureau_of(name) in bureaus().values()
    assert 1 <= stale_after(name) <= 36


def test_what_is_unknown_counts_among_the_figures() -> None:
    """A metric that a county adds is asked of whoever answers for figures."""
    assert bureau_of("a_metric_of_tomorrow") == bureau_of("figures")


def test_a_bureau_has_its_names() -> None:
    """In both languages, and as people in a park call it."""
    tax = bureau_of("tax")
    assert (tax.zh, tax.en, tax.short) == ("税务局", "Tax bureau", "税务")
