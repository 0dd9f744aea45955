"""Running the service: logs, metrics, rates. None of them ever sees submitted text."""
