"""Pure functions, frames to frames: apportion, indicators, benchmarks, scores, grades, flags, coverage."""
