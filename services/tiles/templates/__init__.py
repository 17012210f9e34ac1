"""Templates: pictures to paint by, laid over a canvas."""
