"""Case managers: how many cases one takes, and when one is away."""
