"""The product's nouns and edges: domain, ports, adapters and the runtime that wires them."""
