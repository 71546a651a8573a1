#ifndef ACL_H
#define ACL_H

#include <stdbool.h>
#include <stddef.h>

struct acl;

/**
 * Reads the broker's own ACL file. Known lines: `user`, `topic read|write|readwrite`, `pattern read|write|readwrite`,
 * comments. NULL, and the reason in `error` (200 bytes), where there is anything else: an unknown line may deny.
 */
struct acl *acl_read(const char *path, char *error);

void acl_free(struct acl *acl);

/** Whether some rule lets `user` read everything that `filter` stands for. */
bool acl_may_subscribe(const struct acl *acl, const char *user, const char *client_id, const char *filter);

/** Whether some rule lets `user` publish to this topic: what the broker itself decides, and tells nobody. */
bool acl_may_publish(const struct acl *acl, const char *user, const char *client_id, const char *topic);

/** Whether the file names this user; `length` bytes of `name`. */
bool acl_names(const struct acl *acl, const char *name, size_t length);

#endif
