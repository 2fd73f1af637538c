"""All of Redis: keys, functions, connections, the embedded engine. Nothing else imports redis."""
