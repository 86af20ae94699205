"""Kafka's jars."""
