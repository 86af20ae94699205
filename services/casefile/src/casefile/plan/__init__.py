"""The plan: what is agreed on with the client, and how that changed."""
