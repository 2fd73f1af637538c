"""Mail: what providers post to us, and what comes in over SMTP and LMTP."""
