"""The contract between desk and portal as types: endpoints, kinds, operations, codec. Knows neither database nor business rules."""
