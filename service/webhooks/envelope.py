"""An event as others read it: CloudEvents 1.0.2 in JSON (structured mode).

``sequence`` (an extension of the CloudEvents project) grows with every event and sorts as text; ``district``
is an extension of ours.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

MEDIA_TYPE = "application/cloudevents+json"

_HERE = "urn:mujun"


def cloud_event(event: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return an event of the store as a CloudEvent.

    :param source: the address of the service, or nothing where it has none that is known
    """
    moment: datetime = event["time"]
    return {
        "specversion": "1.0",
        "id": event["uuid"],
        "source": source.rstrip("/") or _HERE,
        "type": event["type"],
        "subject": event["subject"],
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": f"{event['id']:019d}",
        "district": event["district"],
        "data": json.loads(event["data"]),
    }
