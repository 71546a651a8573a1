#include "report.h"

#include <stdio.h>
#include <string.h>

enum { KEPT = 5, MOST = 100 };

const char *quoted(const char *name)
{
    static char kept[KEPT][QUOTED_BYTES];
    static unsigned next;
    char *text = kept[next++ % KEPT], *out = text;
    size_t length = strlen(name), cut = length;
    if (length > MOST) {
        cut = MOST;
        /* Not inside a character. */
        while (cut > 0 && ((unsigned char)name[cut] & 0xc0) == 0x80) cut--;
    }
    *out++ = '"';
    for (size_t at = 0; at < cut; at++) {
        unsigned char byte = (unsigned char)name[at];
        if (byte == '"' || byte == '\\') *out++ = '\\';
        *out++ = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
    }
    strcpy(out, cut < length ? "...\"" : "\"");
    return text;
}
