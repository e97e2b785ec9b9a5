"""Who grants: the local NFVO; later another product over SOL003."""
