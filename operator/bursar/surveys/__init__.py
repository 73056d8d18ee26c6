"""What is asked of Prometheus and Alertmanager, kind by kind; how the answers are read is the observers' business."""
