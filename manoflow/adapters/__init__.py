"""The technologies behind the ports, one module or folder for each."""
