"""Open and write the files of a run safely; this room knows neither runs nor formats."""
