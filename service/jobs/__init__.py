"""Joins the rooms below into whole pieces of work: import, evaluate, publish, cover."""
