"""Pulls from exchange gateways (数据汇聚): configured sources, safe requests, pages spooled as received."""
