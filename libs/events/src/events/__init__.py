"""Event sourcing over PostgreSQL and Kafka, and the published contracts."""
