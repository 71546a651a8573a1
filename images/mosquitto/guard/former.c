#define _GNU_SOURCE
#include "former.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { SALT = 12, HASH = 64, SALT_TEXT = 16, HASH_TEXT = 88, MOST_ITERATIONS = 1000000 };

struct former {
    struct former *next;
    int iterations;
    unsigned char salt[SALT], hash[HASH];
    char name[];
};

static struct former *formers;

static void free_all(struct former *list)
{
    while (list != NULL) {
        struct former *next = list->next;
        free(list);
        list = next;
    }
}

/* Of base64 with its padding; EVP_DecodeBlock fills the last group up with zeros. */
static bool decode(unsigned char *bytes, size_t count, const char *text, int length)
{
    unsigned char groups[HASH_TEXT / 4 * 3];
    if (EVP_DecodeBlock(groups, (const unsigned char *)text, length) != length / 4 * 3) return false;
    memcpy(bytes, groups, count);
    return true;
}

static bool take(struct former **list, const char *line)
{
    const char *colon = strchr(line, ':');
    if (*line == '#') return true;
    int iterations, at = 0;
    if (colon == NULL || colon == line) return false;
    if (sscanf(colon, ":$7$%6d$%n", &iterations, &at) != 1 || at == 0 || iterations < 1) return false;
    const char *salt = colon + at, *hash = salt + SALT_TEXT + 1;
    if (iterations > MOST_ITERATIONS || strlen(salt) != SALT_TEXT + 1 + HASH_TEXT || salt[SALT_TEXT] != '$') return false;
    size_t length = colon - line;
    struct former *former = calloc(1, sizeof *former + length + 1);
    if (former == NULL) return false;
    former->iterations = iterations;
    memcpy(former->name, line, length);
    former->next = *list;
    *list = former;
    return decode(former->salt, SALT, salt, SALT_TEXT) && decode(former->hash, HASH, hash, HASH_TEXT);
}

bool former_read(const char *path, char *error)
{
    FILE *file = fopen(path, "re");
    struct former *list = NULL;
    char *line = NULL;
    size_t size = 0;
    int number = 0;
    bool good = file != NULL;
    if (!good) snprintf(error, 200, "%.150s: %s", path, strerror(errno));
    while (good && getline(&line, &size, file) >= 0) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        good = take(&list, line);
        /* Not the line itself: it holds a hash. */
        if (!good) snprintf(error, 200, "%.150s, line %d: no name and hash of a password", path, number);
    }
    free(line);
    if (file != NULL) fclose(file);
    if (good) {
        struct former *before = formers;
        formers = list;
        list = before;
    }
    free_all(list);
    return good;
}

bool former_accepts(const char *user, const char *password)
{
    unsigned char hash[HASH];
    if (user == NULL || password == NULL) return false;
    for (const struct former *former = formers; former != NULL; former = former->next) {
        if (strcmp(former->name, user) != 0) continue;
        return PKCS5_PBKDF2_HMAC(password, strlen(password), former->salt, SALT, former->iterations, EVP_sha512(), HASH, hash) == 1 &&
               CRYPTO_memcmp(hash, former->hash, HASH) == 0;
    }
    return false;
}
