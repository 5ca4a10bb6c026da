"""For every route of the service, requests that get as much out of it as there is in the park."""

from typing import Any

import orjson

from service.access.policy import PROPERTIES
from service.console.assets import load
from service.feeds import held_sheet
from service.pages import STYLE_VERSION
from service.reference.schemes import shipped_scheme
from service.workflows.orders import FORMS
from tests.api.park import DISTRICT, USCCS, Park
from tests.support.snapshots import indicator, scheme_text, track

TILE = "13/3374/6831"
TILES = {"WebMercatorQuad": TILE, "CGCS2000Quad": "12/1360/6831"}
"""Covers the park."""

OF_EVALUATIONS = (
    *("scores", "low-efficiency", "uplift-candidates", "blocks"),
    *("premises", "contracts", "surcharges", "energy"),
)
"""Collections of results, whose ids begin with an evaluation."""

NO_JOB = "6d6f6f6e-0000-4000-8000-000000000000"

_WHOLE = {"Prefer": "return=representation"}

Request = tuple[str, str, dict[str, Any]]

_ONE_FIGURE = scheme_text(track(indicator(benchmark={"method": "fixed", "value": 100})))
"""A scheme whose points are a firm's tax per mu, digit by digit."""


def brings_a_rule(request: Request) -> bool:
    """Tell whether a request brings a scheme of its own, or changes to one."""
    sent = request[2].get("json", {})
    return "changes" in sent or "\n" in sent.get("scheme", "")


def hands_in_rows(request: Request) -> bool:
    """Tell whether a request hands in a workbook of rows, which only those who see rows may."""
    return request[0] == "POST" and request[1].endswith("/corrections/workbook")


def requests_of(park: Park, job: str = NO_JOB) -> dict[tuple[str, str], list[Request]]:
    """Return, for every route, requests that get as much out of it as there is.

    :param job: an export that is over
    """
    evaluations = (park.published, park.draft)
    body = {"scheme": "parcel", "period": "2023", "district": DISTRICT}
    of_district = {"district": DISTRICT}
    figures = {"file": ("figures.csv", park.figures)}
    gets: dict[str, list[str]] = {
        "/": ["/", "/?f=html"],
        "/healthz": ["/healthz"],
        "/problems/{code}": ["/problems/not-found", "/problems/tax_missing", "/problems/none"],
        "/openapi.json": ["/openapi.json"],
        "/schemes": ["/schemes"],
        "/feeds/sources": ["/feeds/sources"],
        "/feeds/profiles": ["/feeds/profiles", "/feeds/profiles?feed=figures"],
        "/feeds/profiles/{name}": ["/feeds/profiles/tax-finance", "/feeds/profiles/none"],
        "/feeds/{feed}/batches": [f"/feeds/{feed}/batches" for feed in park.batches],
        "/feeds/{feed}/batches/{batch_id}": [f"/feeds/{f}/batches/{b}" for f, b in park.batches.items()],
        "/feeds/{feed}/batches/{batch_id}/rows": [
            f"/feeds/{feed}/batches/{batch}/rows{query}"
            for feed, batch in park.batches.items()
            for query in ("?limit=1000", "?verdict=held", "?verdict=accepted", "?verdict=lost")
        ],
        "/matches": ["/matches", "/matches?status=open", "/matches?limit=1"],
        "/matches/{match_id}": ["/matches/1", "/matches/99"],
        "/feeds/{feed}/batches/{batch_id}/file": [
            f"/feeds/{feed}/batches/{batch}/file" for feed, batch in (*park.batches.items(), ("figures", 99))
        ],
        "/feeds/{feed}/batches/{batch_id}/corrections/workbook": [
            f"/feeds/{feed}/batches/{batch}/corrections/workbook"
            for feed, batch in (*park.batches.items(), ("figures", 99))
        ],
        "/figures": [
            f"/figures?subject={subject}{query}"
            for subject in (*USCCS, "P0", "X")
            for query in ("", "&period=2023&metric=tax", "&superseded=true&limit=2", "&metric=none")
        ],
        "/evaluations": ["/evaluations", "/evaluations?status=draft", f"/evaluations?district={DISTRICT}"],
        "/evaluations/{evaluation_id}": [f"/evaluations/{number}" for number in (*evaluations, 99)],
        "/evaluations/{evaluation_id}/parcels/{parcel_code}": [
            f"/evaluations/{number}/parcels/{code}{query}"
            for number in evaluations
            for code in (*park.parcels, "X")
            for query in ("", "?f=html")
        ],
        "/evaluations/{evaluation_id}/reconciliation": [
            f"/evaluations/{number}/reconciliation" for number in (*evaluations, 99)
        ],
        "/evaluations/{evaluation_id}/findings": [
            f"/evaluations/{number}/findings{query}"
            for number in (*evaluations, 99)
            for query in ("", "?code=repeated_total", "?limit=1&after=1")
        ],
        "/evaluations/{evaluation_id}/comparison": [
            f"/evaluations/{one}/comparison?with={other}&parcels=all"
            for one in evaluations
            for other in (*evaluations, 99)
        ],
        "/evaluations/{evaluation_id}/sensitivity": [
            f"/evaluations/{number}/sensitivity{query}"
            for number in (*evaluations, 99)
            for query in ("", "?step=20", "?step=0")
        ],
        "/evaluations/{evaluation_id}/consolidation": [
            f"/evaluations/{number}/consolidation{query}"
            for number in (*evaluations, 99)
            for query in ("", "?distance_m=400&limit=1000", "?distance_m=-1", "?f=xlsx", "?f=csv")
        ],
        "/evaluations/{evaluation_id}/disagreements": [
            f"/evaluations/{number}/disagreements{query}"
            for number in (*evaluations, 99)
            for query in ("", "?limit=1")
        ],
        "/evaluations/{evaluation_id}/uplift": [
            f"/evaluations/{number}/uplift{query}"
            for number in (*evaluations, 99)
            for query in ("", "?target=1.5", "?f=xlsx", "?target=0")
        ],
        "/evaluations/{evaluation_id}/contracts": [
            f"/evaluations/{number}/contracts{query}"
            for number in (*evaluations, 99)
            for query in ("", "?parcel=P1", "?parcel=none", "?as_of=2023-06-30", "?f=xlsx")
        ],
        "/evaluations/{evaluation_id}/energy": [
            f"/evaluations/{number}/energy{query}"
            for number in (*evaluations, 99)
            for query in ("", "?f=xlsx", "?parcel=P0", "?parcel=none", "?limit=1&offset=1")
        ],
        "/evaluations/{evaluation_id}/prices": [
            f"/evaluations/{number}/prices{query}"
            for number in (*evaluations, 99)
            for by in ("?policy=shandong&from=2023-01&to=2023-12&estimated=true",)
            for query in (by, "", "?policy=none", f"{by}&limit=1&offset=1", f"{by}&f=xlsx")
        ],
        "/price-decisions": ["/price-decisions", "/price-decisions?limit=1&before=9"],
        "/price-decisions/{decision_id}": ["/price-decisions/99"],
        "/price-entries": ["/price-entries", "/price-entries?parcel=P0&month=2023-01&after=1"],
        "/evaluations/{evaluation_id}/leasing": [
            f"/evaluations/{number}/leasing{query}"
            for number in (*evaluations, 99)
            for query in ("", "?objective=tax_per_mu&certain=true", "?project=none", "?f=xlsx")
        ],
        "/quality": [
            "/quality",
            "/quality?code=figure_repeated",
            *(f"/quality?{query}" for query in ("period=no", "code=none", "f=csv", "f=xlsx", "f=geojson")),
            *(f"/quality?period=2023&limit=1000&evaluation={number}" for number in (*evaluations, 99)),
        ],
        "/coverage": [f"/coverage?period={year}" for year in (2022, 2023, "no")],
        "/coverage/parcels": [f"/coverage/parcels?period={year}" for year in (2022, 2023, "no")],
        "/coverage/trend": ["/coverage/trend", "/coverage/trend?period=2023", "/coverage/trend?period=no"],
        "/coverage/blockers": [f"/coverage/blockers?period={year}" for year in (2022, 2023, "no")],
        "/measures": ["/measures", "/measures?f=xlsx", "/measures?state=none", "/measures?parcel=P0&limit=1"],
        "/measures/dashboard": ["/measures/dashboard", "/measures/dashboard?f=xlsx"],
        "/measures/{measure_id}": ["/measures/1", "/measures/99"],
        "/measures/{measure_id}/outcome": ["/measures/1/outcome", "/measures/99/outcome"],
        "/events": ["/events?limit=1000", "/events?type=none", f"/events?district={DISTRICT}"],
        "/processes": ["/processes"],
        "/processes/{processId}": [f"/processes/{name}" for name in (*FORMS, "none")],
        "/jobs": ["/jobs", "/jobs?processID=export&status=failed"],
        "/jobs/{jobId}": [f"/jobs/{job}", f"/jobs/{NO_JOB}"],
        "/jobs/{jobId}/results": [f"/jobs/{job}/results"],
        "/jobs/{jobId}/file": [f"/jobs/{job}/file"],
        "/api": ["/api"],
        "/conformance": ["/conformance"],
        "/collections": ["/collections"],
        "/tileMatrixSets": ["/tileMatrixSets"],
        **{f"/tileMatrixSets/{each}": [f"/tileMatrixSets/{each}"] for each in TILES},
        "/styles": ["/styles"],
        "/styles/{styleId}": [
            *(f"/styles/{name}?f={f}" for name in ("scores", "findings") for f in ("mapbox", "sld", "qml")),
            f"/styles/scores?evaluation={park.draft}",
            "/styles/none",
        ],
        "/pages/{version}.css": [f"/pages/{STYLE_VERSION}.css", "/pages/0.css"],
        "/console/districts": ["/console/districts"],
        "/console/{version}/{path}": [f"/console/{load().version}/index.html", "/console/0/index.html"],
    }
    of_scores = [f"{number}:{code}" for number in evaluations for code in park.parcels]
    for name, ids, query in (
        ("parcels", park.parcels, ""),
        ("coverage", park.parcels, ""),
        *((name, of_scores, "evaluation=") for name in OF_EVALUATIONS),
        ("buildings", ["none"], ""),
        ("barriers", ["none"], ""),
        ("findings", ["none"], ""),
        ("measures", ["1"], ""),
    ):
        of_draft = [f"?{query}{park.draft}"] if query else []
        base = f"/collections/{name}"
        # those with a flag have the properties of scores
        own = () if name == "low-efficiency" else PROPERTIES[name]
        filters = [f"?{key}=1" for key in (*own, "tax", "tax_per_mu", "content")]
        gets |= {
            base: [base],
            **{f"{base}/{name}": [f"{base}/{name}"] for name in ("schema", "queryables", "feature-schema")},
            f"{base}/items": [f"{base}/items{q}" for q in ("", "?limit=2", *of_draft, *filters)],
            f"{base}/items/{{featureId}}": [f"{base}/items/{one}" for one in ids],
            f"{base}/tiles": [f"{base}/tiles"],
            f"{base}/styles": [f"{base}/styles"],
        }
        for matrix_set, tile in TILES.items():
            tiles = f"{base}/tiles/{matrix_set}"
            gets |= {
                tiles: [tiles + q for q in ("", *of_draft)],
                f"{tiles}/tilejson": [f"{tiles}/tilejson{q}" for q in ("", *of_draft)],
                f"{tiles}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": [
                    f"{tiles}/{tile}{q}" for q in ("", *of_draft)
                ],
            }
    # each asks for what exists already, so nothing changes
    posts: dict[str, list[Request]] = {
        "/feeds/{feed}/batches": [
            ("POST", "/feeds/figures/batches", {"files": figures, "data": of_district})
        ],
        # of the figures a row is held, of the enterprises none
        "/feeds/{feed}/batches/{batch_id}/corrections": [
            ("POST", f"/feeds/{feed}/batches/{batch}/corrections", {"json": asked})
            for feed, batch in park.batches.items()
            for asked in (
                *([{}] if feed == "enterprises" else []),
                {"rows": [{"id": 10**6}]},
                *({"rows": [{"id": row, "content": {"没有": "1"}}]} for row in range(18, 24)),
            )
        ],
        "/feeds/{feed}/batches/{batch_id}/corrections/workbook": [
            (
                "POST",
                f"/feeds/{feed}/batches/{batch}/corrections/workbook",
                {"files": {"file": ("held.xlsx", content)}},
            )
            for feed, batch in park.batches.items()
            for content in (b"x", *([held_sheet.write([])] if feed == "enterprises" else []))
        ],
        # no source is configured
        "/feeds/sources/{name}/pull": [("POST", "/feeds/sources/tax/pull", {})],
        "/feeds/preview": [
            ("POST", "/feeds/preview", {"files": figures, "data": more})
            for more in ({}, {"feed": "figures", "shown": "100"})
        ],
        "/evaluations": [
            ("POST", "/evaluations", {"json": asked})
            for asked in (body, body | {"scheme": shipped_scheme("parcel").canonical_json() + "\n"})
        ],
        "/evaluations:simulate": [
            ("POST", "/evaluations:simulate?parcels=all", {"json": {"base": number, **by}})
            for number in evaluations
            for by in (
                {"scheme": "parcel"},
                {"scheme": "huangyan-2022"},
                {"scheme": _ONE_FIGURE},
                {"changes": {"land_area": ["surveyed", "registered"]}},
                {"changes": {"land_area": "none"}},
            )
        ],
        "/processes/import/execution": [
            (
                "POST",
                "/processes/import/execution",
                {"json": {"inputs": {"feed": "figures", "file_name": "a.csv", "sha256": "0" * 64}}},
            )
        ],
        "/processes/pull/execution": [
            ("POST", "/processes/pull/execution", {"json": {"inputs": {"source": "tax"}}})
        ],
        "/processes/evaluate/execution": [
            ("POST", "/processes/evaluate/execution", {"json": {"inputs": body}})
        ],
        "/processes/export/execution": [
            ("POST", "/processes/export/execution", {"json": {"inputs": {"evaluation": 99}}})
        ],
        "/evaluations/{evaluation_id}/prices": [
            ("POST", f"/evaluations/{number}/prices", {"json": {"policy": "shandong"}})
            for number in (park.draft, 99)
        ],
        "/measures": [
            ("POST", "/measures", {"json": {"kind": "leasing", "title": "招租", "parcels": ["none"]}})
        ],
        "/measures/{measure_id}/moves": [
            ("POST", "/measures/1/moves", {"json": {"to": "closed"}}),
            ("POST", "/measures/99/moves", {"json": {"to": "closed"}}),
        ],
        "/evaluations/{evaluation_id}/publish": [("POST", f"/evaluations/{park.published}/publish", {})],
    }
    asked: dict[tuple[str, str], list[Request]] = {}
    for route, paths in gets.items():
        asked["GET", route] = [("GET", path, {}) for path in paths]
    for route, requests in posts.items():
        asked["POST", route] = requests
    asked["DELETE", "/jobs/{jobId}"] = [("DELETE", f"/jobs/{NO_JOB}", {})]
    outline = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    parcel = {"type": "Feature", "geometry": outline, "properties": {"code": "P0", "district": DISTRICT}}
    for method, path, media_type in (
        ("POST", "", "application/geo+json"),
        ("PUT", "/{featureId}", "application/geo+json"),
        ("PATCH", "/{featureId}", "application/merge-patch+json"),
        ("DELETE", "/{featureId}", ""),
    ):
        headers = {"Content-Type": media_type, "If-Match": '"0"', **_WHOLE}
        address = f"/collections/parcels/items{path}".replace("{featureId}", "P0")
        asked[method, f"/collections/parcels/items{path}"] = [
            (method, address, {"headers": headers, "content": orjson.dumps(parcel)})
        ]
    asked["PATCH", "/measures/{measure_id}"] = [
        ("PATCH", "/measures/1", {"json": {"office": "招商局"}, "headers": {"If-Match": '"v0-other"'}})
    ]
    asked["PUT", "/matches/{match_id}"] = [("PUT", "/matches/1", {"json": {"status": "rejected"}})]
    return asked
