"""What becomes of the payloads of a source, said in settings and without code."""
