"""/training : small networks trained live, in a process of their own."""
