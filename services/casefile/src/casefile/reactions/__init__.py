"""What casefile does when other services report something: one module per service."""
