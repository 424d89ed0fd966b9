"""What the assistant tells about itself: structured logs, a request id on each line, metrics for Prometheus."""
