"""A made-up agency: what its management system exports, the feed that reads it, and how the files were made."""
