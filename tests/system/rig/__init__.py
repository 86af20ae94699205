"""What the system tests stand on: the running stack, its users, and looks behind the scenes."""
