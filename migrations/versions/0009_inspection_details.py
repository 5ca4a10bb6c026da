"""What a diagnosis reads of the energy inspection: when it was, and what machines, roofs and arrays are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEW_COLUMNS = {
    "inspected_on": sa.Date(),
    "equipment_kind": sa.Text(),
    "model": sa.Text(),
    "power_kw": sa.Double(),
    "hours_per_year": sa.Double(),
    "load_share": sa.Double(),
    "efficiency_class": sa.Text(),
    "fuel": sa.Text(),
    "roof_area_m2": sa.Double(),
    "installed_kwp": sa.Double(),
}


def upgrade() -> None:
    for name, kind in NEW_COLUMNS.items():
        op.add_column("inspection_item", sa.Column(name, kind))


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
