"""What every room may rest on: clock, ids, errors, paths and logs. Knows nothing of brokers or insurance."""
