import pytest
from sqlalchemy import Table

from service.access.identity import ANONYMOUS, OPEN, SCOPES, Principal, check_scopes
from service.access.policy import PROPERTIES, ROUTES, check_routes, masked, visible
from service.errors import InvalidParameter
from service.store.models import Parcel, Score

# Columns that no client ever sees: row ids, and the geometry, which is not a property.
_INTERNAL = {"id", "source_row_id", "geom"}


@pytest.mark.parametrize(
    ("collection", "table"), [("parcels", Parcel.__table__), ("scores", Score.__table__)]
)
def test_every_column_has_a_sensitivity(collection: str, table: Table) -> None:
    """A new column is served to nobody until somebody has decided who may see it."""
    assert set(PROPERTIES[collection]) == {column.name for column in table.columns} - _INTERNAL


def test_only_health_and_problem_texts_are_open_to_everybody() -> None:
    """Every other route needs a scope, and one that exists."""
    public = {path for (_, path), scope in ROUTES.items() if scope is None}
    assert public == {"/healthz", "/problems/{code}", "/pages/{version}.css"}
    assert set(ROUTES.values()) - {None} <= set(SCOPES)


def test_who_may_read_everything_may_change_nothing() -> None:
    """GET asks for read, or for analyst where all is figures; others for a scope that neither gives.

    An export only reads; whose job may be dismissed is asked again where the job is known.
    """
    analyst = Principal.holding("analyst", ["analyst"])
    reading = {("POST", "/processes/export/execution"), ("DELETE", "/jobs/{jobId}")}
    for (method, path), scope in ROUTES.items():
        assert scope is None or analyst.may(scope) == (method == "GET" or (method, path) in reading), (
            method,
            path,
        )


@pytest.mark.parametrize(
    ("granted", "held"),
    [
        ("read", {"read"}),
        ("analyst", {"analyst", "read"}),
        ("import", {"import"}),
        ("evaluate", {"evaluate", "read"}),
        ("publish", {"publish"}),
        ("admin", set(SCOPES)),
    ],
)
def test_scopes_imply_what_they_say(granted: str, held: set[str]) -> None:
    """Analyst and evaluate imply read, admin implies everything, nothing else implies anything."""
    assert Principal.holding("somebody", [granted]).scopes == held


def test_drafts_exist_for_analysts_and_evaluators_only() -> None:
    """Who neither evaluates nor analyses does not learn of a draft."""
    seers = {scope for scope in SCOPES if Principal.holding("somebody", [scope]).sees_drafts}
    assert seers == {"analyst", "evaluate", "admin"}


@pytest.mark.parametrize("collection", PROPERTIES)
def test_a_property_is_seen_by_those_the_table_names(collection: str) -> None:
    """Analysts and open mode see everything, a scope its own; nobody in particular sees what readers see."""
    analyst = Principal.holding("analyst", ["analyst"])
    sensitivities = PROPERTIES[collection]
    public = {name for name, who in sensitivities.items() if who == "public"}
    assert visible(analyst, collection) == visible(OPEN, collection) == set(PROPERTIES[collection])
    for scope in SCOPES.keys() - {"analyst", "admin"}:
        own = {name for name, who in sensitivities.items() if who == scope}
        assert visible(Principal.holding("other", [scope]), collection) == public | own
    assert visible(ANONYMOUS, collection) == public


def test_a_masked_property_is_absent() -> None:
    """Absent, not null, which would say that a value exists; what the table does not list is absent, too."""
    reader, row = Principal.holding("reader", ["read"]), {"row": 3, "content": "{}", "unlisted": 1}
    assert masked(reader, "source_rows", row) == {"row": 3}


def test_routes_and_table_must_agree() -> None:
    """The application does not start with an undeclared route, nor with a declaration that has no route."""
    check_routes(ROUTES)
    with pytest.raises(RuntimeError, match="/forgotten"):
        check_routes({*ROUTES, ("GET", "/forgotten")})
    with pytest.raises(RuntimeError, match="/healthz"):
        check_routes(ROUTES.keys() - {("GET", "/healthz")})


@pytest.mark.parametrize("scopes", [[], ["reed"], ["read", "root"]])
def test_a_key_needs_known_scopes(scopes: list[str]) -> None:
    """A misspelt scope is refused when the key is made, not when it is used."""
    with pytest.raises(InvalidParameter):
        check_scopes(scopes)
