"""Dated tables with their source, shipped as YAML: metrics, units, energy factors, schemes."""
