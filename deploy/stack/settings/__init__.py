"""Every setting of every way of running: what there is, what is chosen, and where a value comes from."""
