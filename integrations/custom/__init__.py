"""Any agency management system that can write CSV files: found in a folder, read by a column map from the settings."""
