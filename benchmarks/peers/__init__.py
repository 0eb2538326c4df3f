"""The same race, drawn with other libraries as their users write it. Each script runs in an environment of its own."""
