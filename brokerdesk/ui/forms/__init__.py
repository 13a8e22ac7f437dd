"""Fields and forms: typed values in and out, problems shown at the field and listed on saving."""
