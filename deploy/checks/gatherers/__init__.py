"""Where the facts are read in each way of running: `native` for `tessera run`, `docker` for `tessera up`."""
