"""Text and numbers as they stand on screen: fonts, mathtext, digits, pictures of text."""
