"""From package bytes to one neutral model: CSAR archives and SOL001 templates."""
