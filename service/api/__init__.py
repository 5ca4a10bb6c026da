"""The service's own resources: feeds, evaluations, coverage, health."""
