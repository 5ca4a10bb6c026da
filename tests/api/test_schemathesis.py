"""Requests made up from the served document: whatever is sent, the answer is as the document says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import Built
from tests.api.park import Park
from tests.support.live import live_server

_CONFIGURATION = """
# who may do what is the matter of test_confidentiality; in open mode no made-up credentials are in the way
checks.ignored_auth.enabled = false
# a schema cannot say that a scheme must hold together, nor that a token excludes an offset
checks.positive_data_acceptance.enabled = false

[[operations]]
# the standard wants a limit over the maximum to be taken for the maximum
include-path-regex = "^/collections/[a-z-]+/items$"
checks.negative_data_rejection.enabled = false
"""


def _of_what_exists(park: Park) -> str:
    """Return configuration that names what is there, as made-up names find nothing."""
    known: dict[str, dict[str, str | int]] = {
        "/collections/parcels/items/{featureId}": {"featureId": park.parcels[0]},
        "/collections/scores/items/{featureId}": {"featureId": f"{park.published}:{park.parcels[0]}"},
        "/evaluations/{evaluation_id}/parcels/{parcel_code}": {
            "evaluation_id": park.published,
            "parcel_code": park.parcels[0],
        },
        "/evaluations/{evaluation_id}/comparison": {"evaluation_id": park.published, "with": park.draft},
        "/evaluations/{evaluation_id}/sensitivity": {"evaluation_id": park.published},
        "/evaluations/{evaluation_id}/disagreements": {"evaluation_id": park.published},
        "/measures/{measure_id}": {"measure_id": 1},
        "/measures/{measure_id}/moves": {"measure_id": 1},
        "/measures/{measure_id}/outcome": {"measure_id": 1},
        "/feeds/{feed}/batches/{batch_id}/rows": {"feed": "figures", "batch_id": park.batches["figures"]},
    }
    return "".join(
        f'[[operations]]\ninclude-path = "{path}"\n'
        + "".join(f"parameters.{name} = {json.dumps(value)}\n" for name, value in parameters.items())
        for path, parameters in known.items()
    )


# collections and matrix sets share their code: every run asks those that differ most
_ALIKE = (
    "^/collections/(low-efficiency|uplift-candidates|buildings|coverage)/"
    "|^/collections/(premises|contracts|surcharges|energy|barriers)/|/tiles/CGCS2000Quad"
)


_ALL = "examples,coverage,fuzzing"
"""Every boundary of every parameter (coverage) takes minutes: that is for the night."""


# PostgreSQL is the stricter of the two about what it takes
@pytest.mark.parametrize(
    ("built", "phases", "but"),
    [
        pytest.param("geopackage", _ALL, (), marks=pytest.mark.nightly),
        pytest.param("postgis", _ALL, (), marks=pytest.mark.nightly),
        ("postgis", "examples,fuzzing", ("--exclude-path-regex", _ALIKE)),
    ],
    indirect=["built"],
    ids=["geopackage-everything", "postgis-everything", "postgis"],
)
def test_every_answer_is_one_that_the_document_describes(
    built: Built, phases: str, but: tuple[str, ...], tmp_path: Path
) -> None:
    """No 5xx; statuses, media types and bodies as described; bad data refused."""
    (tmp_path / "schemathesis.toml").write_text(_CONFIGURATION + _of_what_exists(built.park))
    with live_server(built.database, data_dir=tmp_path) as url:
        run = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json"),
                *("--phases", phases),
                *("--max-examples", "8", "--seed", "4490", "--generation-deterministic", "--no-shrink"),
                *("--continue-on-failure", "--no-color", "--request-timeout", "60", *but),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    assert run.returncode == 0, run.stdout[-40_000:] + run.stderr[-2000:]
