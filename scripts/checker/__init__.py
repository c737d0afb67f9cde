"""What `scripts/check_data.py` knows: files, names, units, and a trial of the pipeline itself."""
