"""A contact centre that moves: customers, a past, traffic through the public doors, agents who answer."""
