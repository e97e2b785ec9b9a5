"""Our own reader of what SOL001 templates mean: `vnf.read_vnfd` gives the neutral VNFD, a file a concern."""
