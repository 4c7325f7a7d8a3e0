"""How any file of a run is opened and written safely; knows neither runs nor formats."""
