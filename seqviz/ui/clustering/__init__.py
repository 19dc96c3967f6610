"""The parts of /clustering, one module a view."""
