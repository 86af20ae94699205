"""What scheduling does when other services report something: one module per consumer group."""
