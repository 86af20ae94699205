"""Durable work of notifications: done outside its database, until it is done or refused."""
