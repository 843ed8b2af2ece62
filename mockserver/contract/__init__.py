"""The published contract, made from the operations table and the schemas."""
