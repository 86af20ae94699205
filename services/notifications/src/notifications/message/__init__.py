"""Messages: queued, delivered by SMTP, and what became of them."""
