"""Clauses of grant contracts: dates, price, penalty, and what they allow."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW_COLUMNS = {
    "contract_number": sa.Text(),
    "start_by": sa.Date(),
    "started_on": sa.Date(),
    "extended_to": sa.Date(),
    "reach_by": sa.Date(),
    "price_wan_yuan": sa.Double(),
    "penalty_per_day": sa.Double(),
    "penalty_printed": sa.Text(),
    "office_share_max": sa.Double(),
    "investment_total_wan_yuan": sa.Double(),
    "industries": sa.Text(),
    "leasing_clause": sa.Text(),
    "transfer_clause": sa.Text(),
    "uplift_clause": sa.Text(),
    "leasing_condition": sa.Text(),
    "transfer_condition": sa.Text(),
    "uplift_condition": sa.Text(),
}


def upgrade() -> None:
    for name, kind in NEW_COLUMNS.items():
        op.add_column("grant_contract", sa.Column(name, kind))


def downgrade() -> None:
    raise NotImplementedError("an older release needs the backup that was taken before the upgrade")
