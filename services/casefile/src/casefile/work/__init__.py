"""Durable work of casefile: done outside its database, until it is done or refused."""
