"""What the figures are made of: rows per case, for every day and all that was known of it."""
