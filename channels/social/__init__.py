"""Messengers and social networks: messages, comments, reactions, receipts."""
