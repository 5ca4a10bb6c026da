"""The districts (区域) that the page offers, and where each lies."""

from sqlalchemy import Connection, func, select

from service.store import features
from service.store.layers import PARCELS, Selection
from service.store.models import Parcel


def districts(connection: Connection) -> list[dict[str, object]]:
    """Return every district with parcels: its code, how many parcels, and their box in degrees."""
    counts = connection.execute(
        select(Parcel.district, func.count()).group_by(Parcel.district).order_by(Parcel.district)
    )
    return [
        {
            "district": district,
            "parcels": parcels,
            "bbox": features.extent(connection, PARCELS, Selection(equal=(("district", district),))),
        }
        for district, parcels in counts.all()
    ]
