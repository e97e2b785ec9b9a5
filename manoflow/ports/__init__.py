"""The small interfaces through which the product reaches clouds, records and secrets."""
