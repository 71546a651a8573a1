#define _GNU_SOURCE
#include "acl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topics.h"

/** A rule to read, or with no topic only the name of a user. */
struct rule {
    char *user; /* NULL for a pattern, which holds for everybody. */
    char *topic;
    struct rule *next;
};

struct acl {
    struct rule *rules;
};

static bool add(struct acl *acl, const char *user, const char *topic)
{
    struct rule *rule = calloc(1, sizeof *rule);
    if (rule == NULL) return false;
    rule->next = acl->rules;
    acl->rules = rule;
    if (user != NULL && (rule->user = strdup(user)) == NULL) return false;
    return topic == NULL || (rule->topic = strdup(topic)) != NULL;
}

/* The rest of `line` behind `word` and one space, or NULL. */
static const char *after(const char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

/* Takes one `topic` or `pattern` line without its first word. */
static bool take_rule(struct acl *acl, const char *user, const char *rule)
{
    if (after(rule, "write") != NULL) return true;
    const char *topic = after(rule, "read");
    if (topic == NULL) topic = after(rule, "readwrite");
    return topic != NULL && *topic != '\0' && add(acl, user, topic);
}

static bool take(struct acl *acl, char **user, const char *line)
{
    const char *rest;
    if (*line == '\0' || *line == '#') return true;
    if ((rest = after(line, "user")) != NULL) {
        free(*user);
        *user = strdup(rest);
        return *user != NULL && add(acl, rest, NULL);
    }
    if ((rest = after(line, "pattern")) != NULL) return take_rule(acl, NULL, rest);
    return (rest = after(line, "topic")) != NULL && *user != NULL && take_rule(acl, *user, rest);
}

struct acl *acl_read(const char *path, char *error)
{
    FILE *file = fopen(path, "re");
    struct acl *acl = calloc(1, sizeof *acl);
    char *line = NULL, *user = NULL;
    size_t size = 0;
    int number = 0;
    bool good = file != NULL && acl != NULL;
    if (!good) snprintf(error, 200, "%s: %s", path, strerror(errno));
    while (good && getline(&line, &size, file) >= 0) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        good = take(acl, &user, line);
        if (!good) snprintf(error, 200, "%s, line %d: not a line that the guard knows: %.60s", path, number, line);
    }
    free(line);
    free(user);
    if (file != NULL) fclose(file);
    if (good) return acl;
    acl_free(acl);
    return NULL;
}

void acl_free(struct acl *acl)
{
    if (acl == NULL) return;
    while (acl->rules != NULL) {
        struct rule *rule = acl->rules;
        acl->rules = rule->next;
        free(rule->user);
        free(rule->topic);
        free(rule);
    }
    free(acl);
}

/* Puts `user` for each %u and `id` for each %c, as the broker does. NULL where there is no memory. */
static char *expand(const char *pattern, const char *user, const char *id)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) return NULL;
    for (const char *at = pattern; *at != '\0'; at++) {
        if (at[0] == '%' && at[1] == 'u') fputs(user, out), at++;
        else if (at[0] == '%' && at[1] == 'c') fputs(id, out), at++;
        else fputc(*at, out);
    }
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}

static bool pattern_covers(const char *pattern, const char *user, const char *id, const char *filter)
{
    char *topic = expand(pattern, user, id);
    bool covered = topic != NULL && covers(topic, filter);
    free(topic);
    return covered;
}

bool acl_may_subscribe(const struct acl *acl, const char *user, const char *id, const char *shared)
{
    const char *filter = without_share(shared);
    if (filter == NULL) return false;
    /* Such a name would change what a pattern means: the broker gives it no pattern either. */
    bool patterns = strpbrk(user, "+#/") == NULL && strpbrk(id, "+#/") == NULL;
    for (const struct rule *rule = acl->rules; rule != NULL; rule = rule->next) {
        if (rule->topic == NULL) continue;
        if (rule->user != NULL && strcmp(rule->user, user) == 0 && covers(rule->topic, filter)) return true;
        if (rule->user == NULL && patterns && pattern_covers(rule->topic, user, id, filter)) return true;
    }
    return false;
}

bool acl_names(const struct acl *acl, const char *name, size_t length)
{
    for (const struct rule *rule = acl->rules; rule != NULL; rule = rule->next)
        if (rule->user != NULL && strlen(rule->user) == length && memcmp(rule->user, name, length) == 0) return true;
    return false;
}
