#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <mosquitto.h>
#include <mosquitto_broker.h>

#include "bucket.h"

static struct bucket buckets[REPORT_KINDS][SHARES];

static const char *const subjects[REPORT_KINDS] = {
    [REPORT_LOGIN] = "refused logins", [REPORT_STRANGER] = "refused logins of unknown users",
    [REPORT_PUBLISH] = "denied publications", [REPORT_SUBSCRIBE] = "refused subscriptions",
    [REPORT_RETAINED] = "messages that are not retained", [REPORT_WILL] = "refused wills",
    [REPORT_QUEUE] = "dropped messages", [REPORT_KICK] = "clients that were put out",
    [REPORT_REFUSED] = "messages that are not acknowledged", [REPORT_STORE] = "saves that failed"};

void report(enum loudness loudness, enum kind kind, const char *source, const char *format, ...)
{
    struct timespec time;
    char text[900], suffix[SUFFIX_BYTES];
    va_list arguments;
    struct bucket *bucket = bucket_of(buckets[kind], source);
    clock_gettime(CLOCK_MONOTONIC, &time);
    if (!bucket_takes(bucket, time.tv_sec * 1000 + time.tv_nsec / 1000000)) return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mosquitto_log_printf(loudness == LOUD ? MOSQ_LOG_ERR : MOSQ_LOG_WARNING, "guard: %s%s", text,
                         bucket_suffix(bucket, suffix));
}

void report_tick(long now_ms)
{
    for (int kind = 0; kind < REPORT_KINDS; kind++)
        for (int share = 0; share < SHARES; share++) {
            struct bucket *bucket = &buckets[kind][share];
            if (!bucket_rests(bucket, now_ms)) continue;
            char suffix[SUFFIX_BYTES];
            mosquitto_log_printf(MOSQ_LOG_WARNING, "guard: %s%s", subjects[kind], bucket_suffix(bucket, suffix));
        }
}
