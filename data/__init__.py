"""The corpus: schema, loading, drafts, noise, checks and statistics."""
