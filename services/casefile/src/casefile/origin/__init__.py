"""The origin: what is known of that which brought the client here, from intake or learnt here."""
