"""Pure calculation: values in, values out. No clock, no database."""
