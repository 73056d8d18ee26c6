"""The pace of tests on the real Prometheus stack: seconds where a platform has minutes."""

QUICK = {
    "fast_interval": "1s",
    "slow_interval": "5s",
    "scrape_interval": "1s",
    "refresh_interval": "1s",
    "signals_interval": "2s",
}
