"""SOL004: a package's archive, its metadata, its digests and its signatures; what the files mean is SOL001's matter."""
