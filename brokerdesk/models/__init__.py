"""The business vocabulary: values, pure rules, rows and entities."""
