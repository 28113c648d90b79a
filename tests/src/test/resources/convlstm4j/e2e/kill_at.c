/* Ends a process, as SIGKILL does, at the n-th of its operations on files of a folder; for LD_PRELOAD.
 *   KILL_FOLDER  operations on files below this path count
 *   KILL_AT      which of them is the last; 0 or absent: none
 *   KILL_ONLY    only operations of this name count, such as rename; absent: all
 *   KILL_HALF    1: half of what a last write is given is written before
 *   KILL_SAID    file that gets the name of the last operation, or, where the process ends by itself, their number
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 65536
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long operations;
static long at;
static int half;
static const char *only = "";
static const char *folder = "";
static const char *said = "";
static atomic_char ours[FILES];

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("KILL_AT");
  at = text ? atol(text) : 0;
  text = getenv("KILL_ONLY");
  only = text ? text : "";
  text = getenv("KILL_HALF");
  half = text && *text == '1';
  text = getenv("KILL_FOLDER");
  folder = text ? text : "";
  text = getenv("KILL_SAID");
  said = text ? text : "";
}

static void say(const char *line) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, said, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd >= 0) {
    syscall(SYS_write, fd, line, strlen(line));
    syscall(SYS_close, fd);
  }
}

__attribute__((destructor)) static void end(void) {
  char line[32];
  if (*said && operations) {
    snprintf(line, sizeof line, "%ld", (long)operations);
    say(line);
  }
}

static int is_last(const char *operation) {
  return (!*only || !strcmp(only, operation)) && atomic_fetch_add(&operations, 1) + 1 == at;
}

static void die(const char *operation) {
  if (*said) say(operation);
  kill(getpid(), SIGKILL);
  syscall(SYS_exit_group, 137); /* the first process of a namespace is not killed by itself */
}

static int below(const char *path) { return path && *folder && !strncmp(path, folder, strlen(folder)); }

static int is_ours(int fd) { return fd >= 0 && fd < FILES && ours[fd]; }

static int opened(const char *path, int fd) {
  if (fd >= 0 && fd < FILES) ours[fd] = (char)below(path);
  return fd;
}

#define OPEN(name)                                        \
  int name(const char *path, int flags, ...) {            \
    va_list more;                                         \
    va_start(more, flags);                                \
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
    va_end(more);                                         \
    int changes = flags & (O_CREAT | O_TRUNC);            \
    if (changes && below(path) && is_last("open")) die("open"); \
    return opened(path, NEXT(name)(path, flags, mode));   \
  }
OPEN(open)
OPEN(open64)

#define WRITE(name, offset_type)                                             \
  ssize_t name(int fd, const void *bytes, size_t size, offset_type offset) { \
    if (is_ours(fd) && is_last("write")) {                                          \
      if (half) NEXT(name)(fd, bytes, size / 2, offset);                     \
      die("write");                                                          \
    }                                                                        \
    return NEXT(name)(fd, bytes, size, offset);                              \
  }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t size) {
  if (is_ours(fd) && is_last("write")) {
    if (half) NEXT(write)(fd, bytes, size / 2);
    die("write");
  }
  return NEXT(write)(fd, bytes, size);
}

#define ON_FILE(name)                              \
  int name(int fd) {                               \
    if (is_ours(fd) && is_last("force")) die("force");    \
    return NEXT(name)(fd);                         \
  }
ON_FILE(fsync)
ON_FILE(fdatasync)

#define CUT(name, type)                            \
  int name(int fd, type size) {                    \
    if (is_ours(fd) && is_last("truncate")) die("truncate"); \
    return NEXT(name)(fd, size);                   \
  }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

int rename(const char *from, const char *to) {
  if (below(from) && is_last("rename")) die("rename");
  return NEXT(rename)(from, to);
}

int unlink(const char *path) {
  if (below(path) && is_last("unlink")) die("unlink");
  return NEXT(unlink)(path);
}

int chmod(const char *path, mode_t mode) {
  if (below(path) && is_last("chmod")) die("chmod");
  return NEXT(chmod)(path, mode);
}

int close(int fd) {
  if (is_ours(fd)) {
    ours[fd] = 0;
    if (is_last("close")) die("close");
  }
  return NEXT(close)(fd);
}
