"""Make the content of MLflow's runs from run folders alone; nothing here imports MLflow."""
