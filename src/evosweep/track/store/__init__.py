"""MLflow itself: databases, servers, addresses; nothing of run folders."""
