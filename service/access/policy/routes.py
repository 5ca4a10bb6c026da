"""The scope of every route."""

from collections.abc import Mapping

_COLLECTIONS = (
    *("parcels", "scores", "low-efficiency", "uplift-candidates", "blocks"),
    *("premises", "contracts", "surcharges", "energy", "measures"),
    *("coverage", "buildings", "barriers", "findings"),
)
_MATRIX_SETS = ("WebMercatorQuad", "CGCS2000Quad")
_OF_A_COLLECTION = (
    *("", "/schema", "/queryables", "/feature-schema", "/items", "/items/{featureId}"),
    "/tiles",
    *(
        f"/tiles/{matrix_set}{path}"
        for matrix_set in _MATRIX_SETS
        for path in ("", "/tilejson", "/{tileMatrix}/{tileRow}/{tileCol}")
    ),
    "/styles",
)

ROUTES: Mapping[tuple[str, str], str | None] = {
    # None: open to everybody. HEAD goes with GET; OPTIONS tells the methods and nothing else.
    ("GET", "/healthz"): None,
    ("GET", "/problems/{code}"): None,
    ("GET", "/pages/{version}.css"): None,
    ("GET", "/openapi.json"): "read",
    ("POST", "/feeds/{feed}/batches"): "import",
    ("GET", "/feeds/{feed}/batches"): "read",
    ("GET", "/feeds/{feed}/batches/{batch_id}"): "read",
    ("GET", "/feeds/{feed}/batches/{batch_id}/rows"): "read",
    ("GET", "/feeds/{feed}/batches/{batch_id}/file"): "analyst",
    ("POST", "/feeds/{feed}/batches/{batch_id}/corrections"): "import",
    ("GET", "/feeds/{feed}/batches/{batch_id}/corrections/workbook"): "read",
    ("POST", "/feeds/{feed}/batches/{batch_id}/corrections/workbook"): "import",
    ("GET", "/feeds/profiles"): "read",
    ("GET", "/feeds/profiles/{name}"): "read",
    ("POST", "/feeds/preview"): "import",
    ("GET", "/feeds/sources"): "read",
    ("POST", "/feeds/sources/{name}/pull"): "import",
    ("GET", "/figures"): "analyst",
    ("GET", "/matches"): "read",
    ("GET", "/matches/{match_id}"): "read",
    ("PUT", "/matches/{match_id}"): "import",
    ("GET", "/coverage"): "read",
    ("GET", "/coverage/parcels"): "read",
    ("GET", "/coverage/trend"): "read",
    ("GET", "/coverage/blockers"): "read",
    ("GET", "/quality"): "read",
    ("GET", "/schemes"): "read",
    ("POST", "/evaluations"): "evaluate",
    ("GET", "/evaluations"): "read",
    ("GET", "/evaluations/{evaluation_id}"): "read",
    ("POST", "/evaluations/{evaluation_id}/publish"): "publish",
    ("GET", "/evaluations/{evaluation_id}/parcels/{parcel_code}"): "read",
    ("GET", "/evaluations/{evaluation_id}/reconciliation"): "analyst",
    ("GET", "/evaluations/{evaluation_id}/findings"): "analyst",
    ("POST", "/evaluations:simulate"): "evaluate",
    ("GET", "/evaluations/{evaluation_id}/comparison"): "read",
    ("GET", "/evaluations/{evaluation_id}/sensitivity"): "read",
    ("GET", "/evaluations/{evaluation_id}/consolidation"): "read",
    ("GET", "/evaluations/{evaluation_id}/disagreements"): "analyst",
    ("GET", "/evaluations/{evaluation_id}/uplift"): "read",
    ("GET", "/evaluations/{evaluation_id}/contracts"): "read",
    ("GET", "/evaluations/{evaluation_id}/energy"): "read",
    ("GET", "/evaluations/{evaluation_id}/prices"): "analyst",
    ("POST", "/evaluations/{evaluation_id}/prices"): "publish",
    ("GET", "/price-decisions"): "analyst",
    ("GET", "/price-decisions/{decision_id}"): "analyst",
    ("GET", "/price-entries"): "analyst",
    ("GET", "/evaluations/{evaluation_id}/leasing"): "read",
    ("POST", "/measures"): "follow",
    ("GET", "/measures"): "read",
    ("GET", "/measures/dashboard"): "read",
    ("GET", "/measures/{measure_id}"): "read",
    ("PATCH", "/measures/{measure_id}"): "follow",
    ("POST", "/measures/{measure_id}/moves"): "follow",
    ("GET", "/measures/{measure_id}/outcome"): "read",
    ("GET", "/events"): "read",
    ("GET", "/processes"): "read",
    ("GET", "/processes/{processId}"): "read",
    ("POST", "/processes/import/execution"): "import",
    ("POST", "/processes/evaluate/execution"): "evaluate",
    ("POST", "/processes/export/execution"): "read",
    ("POST", "/processes/pull/execution"): "import",
    # a job is there for those who may start its process
    ("GET", "/jobs"): "read",
    ("GET", "/jobs/{jobId}"): "read",
    ("GET", "/jobs/{jobId}/results"): "read",
    ("GET", "/jobs/{jobId}/file"): "read",
    ("DELETE", "/jobs/{jobId}"): "read",
    ("GET", "/"): "read",
    ("GET", "/api"): "read",
    ("GET", "/conformance"): "read",
    ("GET", "/collections"): "read",
    **{
        ("GET", f"/collections/{collection}{path}"): "read"
        for collection in _COLLECTIONS
        for path in _OF_A_COLLECTION
    },
    ("POST", "/collections/parcels/items"): "edit",
    ("PUT", "/collections/parcels/items/{featureId}"): "edit",
    ("PATCH", "/collections/parcels/items/{featureId}"): "edit",
    ("DELETE", "/collections/parcels/items/{featureId}"): "edit",
    ("GET", "/tileMatrixSets"): "read",
    **{("GET", f"/tileMatrixSets/{matrix_set}"): "read" for matrix_set in _MATRIX_SETS},
    ("GET", "/styles"): "read",
    ("GET", "/styles/{styleId}"): "read",
    ("GET", "/console/districts"): "read",
    ("GET", "/console/{version}/{path}"): "read",
}
"""(method, path template) → scope. The service does not start when this and the router disagree."""
