"""Faults and hostile input: whatever happens, an answer is right or an error says what is wrong."""
