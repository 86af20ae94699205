"""Case managers' capacity, appointments and deadlines."""
