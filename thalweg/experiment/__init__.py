"""What is rolled, what became of it, and the tables it is written to and read from. Knows no picture."""
