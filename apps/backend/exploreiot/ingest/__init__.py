"""MQTT to PostgreSQL, and from there to the sockets of every `api` replica."""
