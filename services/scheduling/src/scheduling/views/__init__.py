"""What people look at in scheduling: one module per list."""
