"""The formats files have (格式): each opened safely, as rows or as features."""
