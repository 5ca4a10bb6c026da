"""The reasons (低效类型) with their codes and names."""

REASONS: dict[str, tuple[str, str]] = {
    "granted_not_supplied": ("Approved, not supplied", "批而未供"),
    "supplied_not_used": ("Supplied, not used", "供而未用"),
    "not_fully_used": ("Not fully used", "用而未尽"),
    "built_not_invested": ("Built, not invested in", "建而未投"),
    "invested_below_target": ("Invested, below target", "投而未达标"),
    "grade_d_years": ("Graded D for years running", "连续评为D档"),
    "far_below_norm": ("Floor-area ratio below the industry's floor", "容积率低于行业控制值"),
    "vacancy": ("Vacant", "空置"),
    "below_contract_promise": ("Below what the contract promises", "低于合同约定"),
}
"""Code → English and Chinese, in the order in which they are read."""
KINDS = tuple(REASONS)[:5]
"""The five kinds of the notices on low-efficiency land."""
