#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <mosquitto.h>
#include <mosquitto_broker.h>

enum { QUIET_SECONDS = 10 };

/* Names come from clients: a line break in one would begin a line of the log that is not the broker's. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) *text = '?';
}

void report(enum loudness loudness, enum kind kind, const char *format, ...)
{
    static struct { time_t last; unsigned long total; } told[REPORT_KINDS];
    struct timespec now;
    char text[400];
    va_list arguments;
    clock_gettime(CLOCK_MONOTONIC, &now);
    told[kind].total++;
    if (told[kind].last != 0 && now.tv_sec - told[kind].last < QUIET_SECONDS) return;
    told[kind].last = now.tv_sec;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    make_printable(text);
    mosquitto_log_printf(loudness == LOUD ? MOSQ_LOG_ERR : MOSQ_LOG_WARNING, "guard: %s (%lu so far)", text,
                         told[kind].total);
    /* The broker leaves its log in a buffer, which is lost when it is killed. */
    fflush(stdout);
}
