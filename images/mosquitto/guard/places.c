#define _GNU_SOURCE
#include "places.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct place **places;
static int place_count;

struct place *places_find(int file)
{
    return file >= 0 && file < place_count ? places[file] : NULL;
}

struct place *places_make(int file)
{
    if (file >= place_count) {
        int count = file * 2 + 64;
        struct place **more = realloc(places, (size_t)count * sizeof *more);
        if (more == NULL) return NULL;
        while (place_count < count) more[place_count++] = NULL;
        places = more;
    }
    if (places[file] == NULL) places[file] = calloc(1, sizeof **places);
    return places[file];
}

void places_forget(int file)
{
    struct place *place = places_find(file);
    if (place == NULL) return;
    turns_leave(place);
    free(place);
    places[file] = NULL;
}

void places_each(void (*visit)(const struct place *))
{
    for (int file = 0; file < place_count; file++)
        if (places[file] != NULL) visit(places[file]);
}

/* Files of which the broker wants to know something else than before. */
static int *noted;
static size_t noted_count, noted_room;

bool places_note(int file)
{
    if (noted_count == noted_room) {
        size_t room = noted_room * 2 + 64;
        int *more = realloc(noted, room * sizeof *more);
        if (more == NULL) return false;
        noted = more;
        noted_room = room;
    }
    noted[noted_count++] = file;
    return true;
}

int places_tell(int epoll, int operation, int file, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = file};
    return (int)syscall(SYS_epoll_ctl, epoll, operation, file, &event);
}

void places_tell_noted(int epoll)
{
    while (noted_count > 0) {
        int file = noted[--noted_count];
        struct place *place = places_find(file);
        if (place == NULL || place->told == place->asked) continue;
        place->told = place->asked;
        places_tell(epoll, EPOLL_CTL_MOD, file, place->asked);
    }
}
