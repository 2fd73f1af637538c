"""Nouns: frozen structs without I/O and without a clock."""
