"""Charts that have files of their own."""
