"""Which district is meant: the one that is named, or the only one in the store."""

from sqlalchemy import Connection

from service.errors import InvalidParameter, NotFound
from service.store import sources


def resolve_district(connection: Connection, district: str | None) -> str:
    """Return the district that is meant.

    Raises `NotFound` when it has no parcels, and `InvalidParameter` (``district-required``) when none is
    named and the store has several.
    """
    known = sources.districts(connection)
    if district is not None and district in known:
        return district
    if district is None and len(known) == 1:
        return known[0]
    listed = "、".join(known)
    if not known or district is not None:
        raise NotFound(
            f"There are no parcels of {district!r}." if district else "There are no parcels yet.",
            f"没有“{district}”的宗地。" if district else "尚无宗地。",
            code="district-not-found",
            action=f"Districts with parcels 已有行政区: {listed}"
            if known
            else "Import parcels first. 请先导入宗地。",
        )
    raise InvalidParameter(
        f"The store has parcels of several districts; name one of: {', '.join(known)}.",
        f"库中有多个行政区，请指明其一：{listed}。",
        code="district-required",
        place="district",
    )
