"""Audits: many documents submitted together, assessed by durable work that survives a crash."""
