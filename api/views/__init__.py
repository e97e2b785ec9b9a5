"""What the API shows: pure functions from what is recorded to ETSI's data types."""
