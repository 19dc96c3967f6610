"""The views of /gradients: each a module with its controls, its picture and its words."""
