"""Adapters: one module per provider, each verifies, parses and answers; none knows where events go."""
