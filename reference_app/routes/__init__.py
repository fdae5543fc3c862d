"""HTTP: each route hands its request to a service."""
