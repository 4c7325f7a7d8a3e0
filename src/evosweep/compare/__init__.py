"""The comparison of finished runs: tables, statistics, plots and a report, from run folders alone.

Data flows one way: `study` reads run folders, `quality` says what is better, the modules of
numbers (`summary`, `significance`, `ranking`, `anytime`, `fronts`, ...) make tables, `plots` draws,
`build` puts a page together, `report` writes it, `command` is the command line.
"""
