"""What is done with VNF packages."""
