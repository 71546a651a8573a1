/*
 * bridge-state STORE CLIENT TOPIC
 *
 * Prints whether the broker's bridge is connected (1 or 0), how many messages wait for it, and their bytes: by the broker's
 * last save, which is two seconds old at most while it runs. CLIENT is the bridge at its own broker; TOPIC is where the broker
 * says whether it is connected. A message that others retain there is not believed.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "store.h"

struct state {
    const char *client, *topic;
    bool connected;
    uint64_t messages, bytes;
};

static bool is(struct text text, const char *other)
{
    return text.length == strlen(other) && memcmp(text.at, other, text.length) == 0;
}

static void take_retained(void *of, const struct stored *message)
{
    struct state *state = of;
    if (message->user.length == 0 && is(message->topic, state->topic))
        state->connected = message->payload == 1 && *message->body == '1';
}

static void take_queued(void *of, struct text id, const struct stored *message)
{
    struct state *state = of;
    if (!is(id, state->client)) return;
    state->messages++;
    state->bytes += message->payload;
}

int main(int count, char **arguments)
{
    if (count != 4) return fprintf(stderr, "bridge-state STORE CLIENT TOPIC\n"), 64;
    struct state state = {.client = arguments[2], .topic = arguments[3]};
    struct reader reader = {.of = &state, .retained = take_retained, .queued = take_queued};
    const char *reason = store_read(arguments[1], &reader, NULL);
    if (reason != NULL) return fprintf(stderr, "%s: %s\n", arguments[1], reason), 1;
    printf("%d %" PRIu64 " %" PRIu64 "\n", state.connected, state.messages, state.bytes);
    return 0;
}
