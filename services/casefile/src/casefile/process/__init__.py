"""The process view: what the organisation that referred may see of the cases of its own clients."""
