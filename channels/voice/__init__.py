"""Calls: programmable voice, telephone systems, what they tell of legs and ends."""
