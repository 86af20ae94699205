"""The HTTP edge that all services share: who may do what, how requests are read and answered."""
