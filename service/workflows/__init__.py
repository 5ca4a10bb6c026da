"""Durable jobs (任务): work that is written down before it begins and goes on after a crash."""
