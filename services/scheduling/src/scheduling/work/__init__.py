"""Durable work of scheduling: done outside its database, until it is done or refused."""
