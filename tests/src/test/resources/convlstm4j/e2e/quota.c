/* A quota that is used up: from the n-th operation on that takes room below a folder, each of them fails with EDQUOT;
 * for LD_PRELOAD. What gives room back, and what only reads, goes on.
 *   QUOTA_FOLDER  the folder
 *   QUOTA_FROM    the first operation that fails; 0 or absent: none
 *   QUOTA_SAID    file that gets the number of operations there were when the process ends
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long operations;
static long from;
static const char *folder = "";
static const char *said = "";

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("QUOTA_FROM");
  from = text ? atol(text) : 0;
  text = getenv("QUOTA_FOLDER");
  folder = text ? text : "";
  text = getenv("QUOTA_SAID");
  said = text ? text : "";
}

__attribute__((destructor)) static void end(void) {
  char line[32];
  int fd = *said ? (int)syscall(SYS_openat, AT_FDCWD, said, O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
  if (fd >= 0) {
    int size = snprintf(line, sizeof line, "%ld", (long)operations);
    syscall(SYS_write, fd, line, size);
    syscall(SYS_close, fd);
  }
}

static int below(const char *path) { return path && *folder && !strncmp(path, folder, strlen(folder)); }

static int is_over(const char *path) {
  if (!below(path)) return 0;
  long n = atomic_fetch_add(&operations, 1) + 1;
  if (!from || n < from) return 0;
  errno = EDQUOT;
  return 1;
}

static int is_full(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = *folder ? readlink(link, path, sizeof path - 1) : -1;
  if (size < 0) return 0;
  path[size] = 0;
  return is_over(path);
}

#define OPEN(name)                                            \
  int name(const char *path, int flags, ...) {                \
    va_list more;                                             \
    va_start(more, flags);                                    \
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
    va_end(more);                                             \
    int makes = flags & O_CREAT && access(path, F_OK);        \
    return makes && is_over(path) ? -1 : NEXT(name)(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define WRITE(name, offset_type)                                             \
  ssize_t name(int fd, const void *bytes, size_t size, offset_type offset) { \
    return is_full(fd) ? -1 : NEXT(name)(fd, bytes, size, offset);           \
  }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t size) { return is_full(fd) ? -1 : NEXT(write)(fd, bytes, size); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return is_full(fd) ? -1 : NEXT(writev)(fd, parts, count);
}

/* Where the room is given only when the bytes go to the disk. */
int fsync(int fd) { return is_full(fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return is_full(fd) ? -1 : NEXT(fdatasync)(fd); }

/* A folder that grows by a name. */
int rename(const char *old, const char *path) { return is_over(path) ? -1 : NEXT(rename)(old, path); }
int mkdir(const char *path, mode_t mode) {
  return access(path, F_OK) && is_over(path) ? -1 : NEXT(mkdir)(path, mode);
}
