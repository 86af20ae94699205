"""What people look at in intake: one module per list."""
