"""All counters, in one place, so that the names can be read together."""

from prometheus_client import Counter, Gauge, Histogram

READINGS = Counter("exploreiot_readings_stored", "Readings stored", ["source"])
DUPLICATES = Counter("exploreiot_readings_duplicate", "Readings that were already stored")
REJECTS = Counter("exploreiot_messages_rejected", "MQTT messages that held no valid reading")
RETENTION_HELD = Gauge(
    "exploreiot_retention_held", "1 while nothing is dropped, for the reason that /readyz names"
)
CONDENSED = Counter(
    "exploreiot_readings_condensed",
    "Readings that went from weeks into hourly sums, from months into daily ones, and with years",
    ["from"],
)
EARLY = Counter(
    "exploreiot_weeks_condensed_early", "Weeks that went into hourly sums for want of room"
)
DISK_FREE = Gauge(
    "exploreiot_disk_free_bytes", "Room on the file system of the database; NaN: not known"
)
REFUSING = Gauge("exploreiot_readings_refused", "1 while none are stored for want of room")
ALARMS = Counter("exploreiot_alarms", "Alarms of sensors", ["kind", "event"])
ALARMS_LOST = Counter("exploreiot_alarms_lost", "Alarms that a way out did not take", ["way"])
ALARM_TRIES_FAILED = Counter(
    "exploreiot_alarm_tries_failed", "Tries to deliver an alarm that failed; more follow", ["way"]
)
BATCH = Histogram(
    "exploreiot_batch_rows",
    "Messages committed together",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000),
)
QUEUED = Gauge("exploreiot_messages_queued", "MQTT messages received and not yet committed")
BATCH_FAILED = Counter("exploreiot_batch_failures", "Batches that have to be tried again")
PUSH_FAILED = Counter("exploreiot_push_failed", "Readings that Redis could not pass on")

SOCKETS = Gauge("exploreiot_sockets", "Open WebSocket connections")
SOCKETS_REFUSED = Counter("exploreiot_sockets_refused", "Connections over a limit")
SOCKETS_SLOW = Counter("exploreiot_sockets_slow", "Connections dropped because they read slowly")

CONNECTIONS_CUT = Counter(
    "exploreiot_connections_cut", "HTTP connections closed before they were answered", ["reason"]
)

REQUESTS = Histogram(
    "exploreiot_http_request_seconds",
    "Time to answer",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
RATE_LIMITED = Counter("exploreiot_rate_limited", "Requests and messages over the rate limit")
