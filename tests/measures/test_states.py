"""The way of a measure: one step at a time, one back with a reason, and ends that nothing leaves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from service.api.measure_forms import Measure
from service.domain.measures import (
    ACHIEVED,
    DONE,
    EFFECTS,
    ENDS,
    EXPECTED,
    KINDS,
    STATED,
    STATES,
    MeasureKind,
    MeasureState,
    Stated,
    moves,
    needs_note,
    refusal,
)
from service.jobs.measures.forms import Changed, NewMeasure
from service.store.models import Measure as Stored

WAY = [
    MeasureState.PROPOSED,
    MeasureState.VERIFIED,
    MeasureState.NEGOTIATED,
    MeasureState.AGREED,
    MeasureState.CARRIED_OUT,
    MeasureState.CLOSED,
]


def test_every_kind_and_state_has_words_in_both_languages() -> None:
    """Nothing reaches a screen as a bare code."""
    assert set(KINDS) == set(MeasureKind)
    assert set(STATES) == set(MeasureState)
    for english, chinese in (*KINDS.values(), *STATES.values(), *(each.title for each in EFFECTS)):
        assert english.isascii()
        assert not chinese.isascii()


@pytest.mark.parametrize("state", MeasureState)
def test_the_way_is_the_field_s_own(state: MeasureState) -> None:
    """Forward one step, back one step, dropped while open; written here a second time, by hand."""
    if state in (MeasureState.CLOSED, MeasureState.DROPPED):
        assert moves(state) == ()
        return
    at = WAY.index(state)
    assert set(moves(state)) == {WAY[at + 1], MeasureState.DROPPED} | ({WAY[at - 1]} if at else set())
    assert moves(state)[0] is WAY[at + 1]
    assert {MeasureState.CLOSED, MeasureState.DROPPED} == ENDS
    assert {MeasureState.CARRIED_OUT, MeasureState.CLOSED} == DONE


@given(st.sampled_from(MeasureState), st.sampled_from(MeasureState))
def test_a_refusal_says_why_in_both_languages(state: MeasureState, to: MeasureState) -> None:
    """There is a reason exactly where a move is not allowed."""
    reason = refusal(state, to)
    assert (reason is None) == (to in moves(state))
    if reason is not None:
        assert reason[0].isascii()
        assert not reason[1].isascii()


@given(st.sampled_from(MeasureState))
def test_only_the_way_on_needs_no_explanation(state: MeasureState) -> None:
    """Going back and giving up do."""
    for to in moves(state):
        assert needs_note(state, to) == (to is not moves(state)[0])


@given(st.lists(st.integers(0, 2), max_size=60))
def test_no_walk_leaves_an_end(choices: list[int]) -> None:
    """However one walks, an end is the last state, and every step is to a neighbour or to the bin."""
    state, walked = MeasureState.PROPOSED, [MeasureState.PROPOSED]
    for choice in choices:
        allowed = moves(state)
        if not allowed:
            break
        state = allowed[choice % len(allowed)]
        walked.append(state)
    assert not any(each in ENDS for each in walked[:-1])
    for one, other in pairwise(walked):
        assert other is MeasureState.DROPPED or abs(WAY.index(one) - WAY.index(other)) == 1


@pytest.mark.parametrize(
    ("form", "stated"),
    [(NewMeasure, EXPECTED), (Changed, (*EXPECTED, *ACHIEVED)), (Measure, (*EXPECTED, *ACHIEVED))],
)
def test_forms_name_the_effects_there_are(form: type[BaseModel], stated: tuple[Stated, ...]) -> None:
    """None is missing, and there is no other."""
    named = [name for name in form.model_fields if name.startswith(("expected_", "achieved_"))]
    assert sorted(named) == sorted(each.name for each in stated)


def test_a_measure_as_it_is_answered_has_the_effects_in_their_order() -> None:
    """What is expected first, then what was achieved."""
    named = [name for name in Measure.model_fields if name.startswith(("expected_", "achieved_"))]
    assert named == list(STATED)


def test_the_store_keeps_the_effects_there_are() -> None:
    """Money and energy as whole minor units, areas as they are."""
    kept = {
        column.name: column.type.python_type
        for column in Stored.__table__.columns
        if column.name.startswith(("expected_", "achieved_"))
    }
    assert kept == {each.column: int if each.effect.per else float for each in STATED.values()}
