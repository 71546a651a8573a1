#define _GNU_SOURCE
#include "acl.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topics.h"

struct rule {
    char *topic;
    bool reads, writes;
    struct rule *next;
};

struct named {
    const char *name;
    size_t length;
    struct rule *rules;
};

/* Each message that is published is looked up here, and each login: a tree, since there may be many users. */
struct acl {
    void *users;
    struct rule *patterns; /* They hold for everybody. */
};

static int by_name(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = memcmp(a->name, b->name, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static struct named *find(const struct acl *acl, const char *name, size_t length)
{
    struct named key = {.name = name, .length = length}, **found = tfind(&key, &acl->users, by_name);
    return found == NULL ? NULL : *found;
}

static struct named *find_or_add(struct acl *acl, const char *name)
{
    struct named *user = find(acl, name, strlen(name));
    if (user != NULL) return user;
    user = calloc(1, sizeof *user);
    if (user == NULL) return NULL;
    user->name = strdup(name);
    user->length = strlen(name);
    if (user->name != NULL && tsearch(user, &acl->users, by_name) != NULL) return user;
    free((char *)user->name);
    free(user);
    return NULL;
}

static void free_rules(struct rule *rules)
{
    while (rules != NULL) {
        struct rule *rule = rules;
        rules = rule->next;
        free(rule->topic);
        free(rule);
    }
}

static void free_user(void *node)
{
    struct named *user = node;
    free_rules(user->rules);
    free((char *)user->name);
    free(user);
}

/* The rest of `line` behind `word` and one space, or NULL. */
static const char *after(const char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

/* Takes one `topic` or `pattern` line without its first word. */
static bool take_rule(struct rule **rules, const char *text)
{
    const char *both = after(text, "readwrite"), *read = after(text, "read"), *write = after(text, "write");
    const char *topic = both != NULL ? both : read != NULL ? read : write;
    struct rule *rule = topic == NULL || *topic == '\0' ? NULL : calloc(1, sizeof *rule);
    if (rule == NULL) return false;
    *rule = (struct rule){.topic = strdup(topic), .reads = write == NULL, .writes = read == NULL, .next = *rules};
    *rules = rule;
    return rule->topic != NULL;
}

static bool take(struct acl *acl, struct named **user, const char *line)
{
    const char *rest;
    if (*line == '\0' || *line == '#') return true;
    if ((rest = after(line, "user")) != NULL) return (*user = find_or_add(acl, rest)) != NULL;
    if ((rest = after(line, "pattern")) != NULL) return take_rule(&acl->patterns, rest);
    return (rest = after(line, "topic")) != NULL && *user != NULL && take_rule(&(*user)->rules, rest);
}

struct acl *acl_read(const char *path, char *error)
{
    FILE *file = fopen(path, "re");
    struct acl *acl = calloc(1, sizeof *acl);
    struct named *user = NULL;
    char *line = NULL;
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
    if (file != NULL) fclose(file);
    if (good) return acl;
    acl_free(acl);
    return NULL;
}

void acl_free(struct acl *acl)
{
    if (acl == NULL) return;
    tdestroy(acl->users, free_user);
    free_rules(acl->patterns);
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

static bool user_may(const struct acl *acl, const char *user, bool read, const char *filter)
{
    const struct named *found = find(acl, user, strlen(user));
    for (const struct rule *rule = found == NULL ? NULL : found->rules; rule != NULL; rule = rule->next)
        if ((read ? rule->reads : rule->writes) && covers(rule->topic, filter)) return true;
    return false;
}

static bool everybody_may(const struct acl *acl, const char *user, const char *id, bool read, const char *filter)
{
    for (const struct rule *rule = acl->patterns; rule != NULL; rule = rule->next)
        if ((read ? rule->reads : rule->writes) && pattern_covers(rule->topic, user, id, filter)) return true;
    return false;
}

/* Whether a name would change what a pattern means: the broker gives it no pattern either. */
static bool changes_patterns(const char *user, const char *id, const char *special)
{
    return strpbrk(user, special) != NULL || strpbrk(id, special) != NULL;
}

bool acl_may_subscribe(const struct acl *acl, const char *user, const char *id, const char *shared)
{
    const char *filter = without_share(shared);
    if (filter == NULL) return false;
    if (user_may(acl, user, true, filter)) return true;
    return !changes_patterns(user, id, "+#/") && everybody_may(acl, user, id, true, filter);
}

bool acl_may_publish(const struct acl *acl, const char *user, const char *id, const char *topic)
{
    if (user_may(acl, user, false, topic)) return true;
    /* A bridge is nobody of those that patterns are for. */
    return user[0] != ':' && !changes_patterns(user, id, "+#") && everybody_may(acl, user, id, false, topic);
}

bool acl_names(const struct acl *acl, const char *name, size_t length)
{
    return find(acl, name, length) != NULL;
}
