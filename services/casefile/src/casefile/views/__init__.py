"""What people look at in casefile: one module per list."""
