#define _GNU_SOURCE
#include "room.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

/* The broker saves every 2 s (autosave_interval 1), so by then one save at least has failed. */
enum { LATE_MS = 5000, SPACE_MS = 250, MARGIN_BYTES = 256 * 1024 };

/* One look at the memory is good for so many questions, or until the kernel's coarse clock ticks (4 ms). */
enum { QUESTIONS = 32 };

static size_t short_of_memory, out_of_memory;
static int statm = -1;
static char volume[4096], store[4096], good[4096], next[4096];
static struct stat seen;
static size_t accepted, accepted_at_look;
static long now, saved_at = -1, space_at = -SPACE_MS, trimmed_at = -1000;
static bool broken, full;

bool room_start(const char *directory, size_t short_bytes, size_t full_bytes)
{
    short_of_memory = short_bytes;
    out_of_memory = full_bytes;
    statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    snprintf(volume, sizeof volume, "%s", directory);
    snprintf(store, sizeof store, "%s/mosquitto.db", directory);
    snprintf(good, sizeof good, "%s/mosquitto.db.good", directory);
    snprintf(next, sizeof next, "%s/mosquitto.db.good.new", directory);
    return statm >= 0;
}

static enum memory look_at_memory(void)
{
    char text[128] = "";
    size_t resident, shared;
    /* Its shared pages are files, libraries above all, which the kernel can drop. */
    if (pread(statm, text, sizeof text - 1, 0) <= 0 || sscanf(text, "%*u %zu %zu", &resident, &shared) != 2)
        return MEMORY_FULL;
    size_t bytes = (resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
    return bytes > out_of_memory ? MEMORY_FULL : bytes > short_of_memory ? MEMORY_SHORT : MEMORY_FREE;
}

/*
 * A look costs as much as all else that is done for a message, and one SUBSCRIBE to many retained messages asks once for
 * each. The bytes that they bring between two looks are bounded by the largest packet.
 */
enum memory room_memory(void)
{
    static enum memory memory;
    static struct timespec looked_at;
    static int left;
    struct timespec tick;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &tick);
    if (left-- <= 0 || tick.tv_sec != looked_at.tv_sec || tick.tv_nsec != looked_at.tv_nsec) {
        looked_at = tick;
        left = QUESTIONS;
        memory = look_at_memory();
    }
    return memory;
}

void room_trim(long now_ms)
{
    if (now_ms - trimmed_at < 1000) return;
    trimmed_at = now_ms;
    malloc_trim(0);
}

void room_accepted(size_t bytes)
{
    accepted += bytes;
}

/* A second name for the file `from`, in place of what `to` names. */
static bool name_also(const char *from, const char *to)
{
    unlink(next);
    return link(from, next) == 0 && rename(next, to) == 0;
}

static bool is_new(const struct stat *found)
{
    return found->st_ino != seen.st_ino || found->st_mtim.tv_sec != seen.st_mtim.tv_sec ||
           found->st_mtim.tv_nsec != seen.st_mtim.tv_nsec || found->st_size != seen.st_size;
}

bool room_saved(void)
{
    struct stat found;
    return stat(store, &found) == 0 && is_new(&found);
}

static bool look_at_save(const struct reader *reader)
{
    if (!room_saved() || stat(store, &seen) != 0) return false;
    const char *reason = store_read(store, reader, NULL);
    broken = reason != NULL;
    if (broken) {
        report(LOUD, REPORT_STORE, "", "the broker could not save: %s, %s; the last good copy is put back", store, reason);
        if (name_also(good, store)) stat(store, &seen);
        return false;
    }
    accepted = 0;
    saved_at = now;
    name_also(store, good);
    return true;
}

static void look_at_space(void)
{
    struct statvfs space;
    /* A fast publisher fills a small disk between two looks by the clock. After a save the difference is huge. */
    if (now - space_at < SPACE_MS && accepted - accepted_at_look < MARGIN_BYTES / 4) return;
    space_at = now;
    accepted_at_look = accepted;
    /* The save before stays until the next one is whole. */
    size_t need = (size_t)seen.st_size + accepted + accepted / 4 + MARGIN_BYTES;
    /* Of the directory: there may be no save yet. */
    full = statvfs(volume, &space) != 0 || (size_t)space.f_bavail * space.f_frsize < need;
}

bool room_look(long now_ms, const struct reader *reader)
{
    now = now_ms;
    if (saved_at < 0) saved_at = now;
    bool saved = look_at_save(reader);
    look_at_space();
    return saved;
}

const char *room_refuses(void)
{
    look_at_space();
    if (full) return "the volume has no room for the next save";
    if (broken) return "the last save is not whole";
    return now - saved_at > LATE_MS ? "there was no save for 5 s" : NULL;
}
