"""The REST interface: one root, one gate, one shape of errors, and the routers of the features."""
