"""Model endpoints over HTTP: their formats, their faults and their limits."""
