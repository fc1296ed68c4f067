/*
 * A disk that forgets: preloaded into a process (LD_PRELOAD), it remembers what every write to a file under
 * FAULTY_DIR replaces, until that file is synced. After the process was killed, putting those bytes back (index.ts)
 * leaves what a power cut may leave: nothing that was not synced.
 *
 * The journal of a file is FAULTY_JOURNAL/<inode>: records of offset, size of the file before, length and the bytes
 * that were there. It is written before the write itself, and emptied by a sync. With FAULTY_LIES=1 a sync is said to
 * have worked and empties nothing: a check that finds no loss then finds nothing at all.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The journal of a file that counts, or -1. */
static int journal_of(int fd, struct stat *info, int flags) {
  const char *dir = getenv("FAULTY_DIR"), *journal = getenv("FAULTY_JOURNAL");
  char link[64], path[PATH_MAX];
  if (!dir || !journal || fstat(fd, info) != 0 || !S_ISREG(info->st_mode)) return -1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = 0;
  size_t prefix = strlen(dir);
  if (strncmp(path, dir, prefix) != 0 || path[prefix] != '/') return -1;
  snprintf(path, sizeof path, "%s/%llu", journal, (unsigned long long)info->st_ino);
  return open(path, flags | O_CLOEXEC, 0600);
}

static void put(int journal, const void *data, size_t length) {
  ssize_t (*real)(int, const void *, size_t) = REAL(write);
  const char *at = data;
  while (length > 0) {
    ssize_t done = real(journal, at, length);
    if (done <= 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

/* Notes what [offset, offset + length) of the file holds now. A length of -1 means: all from offset on. */
static void note(int fd, int64_t offset, int64_t length) {
  struct stat info;
  int journal = journal_of(fd, &info, O_WRONLY | O_CREAT | O_APPEND);
  if (journal < 0) return;
  int64_t size = info.st_size, there = size - offset;
  if (there < 0) there = 0;
  if (length >= 0 && there > length) there = length;
  /* The file may be open for writing only. */
  char link[64], *old = malloc((size_t)there + 1);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int reader = there > 0 ? open(link, O_RDONLY | O_CLOEXEC) : -1;
  if (there > 0 && (reader < 0 || pread(reader, old, (size_t)there, offset) != there)) abort();
  if (reader >= 0) close(reader);
  int64_t head[3] = {offset, size, there};
  size_t total = sizeof head + (size_t)there;
  char *record = malloc(total);
  memcpy(record, head, sizeof head);
  memcpy(record + sizeof head, old, (size_t)there);
  put(journal, record, total);
  free(record);
  free(old);
  close(journal);
}

static int64_t place_of(int fd) {
  if (fcntl(fd, F_GETFL) & O_APPEND) return lseek(fd, 0, SEEK_END);
  return lseek(fd, 0, SEEK_CUR);
}

static int64_t sum(const struct iovec *parts, int count) {
  int64_t total = 0;
  for (int i = 0; i < count; i++) total += (int64_t)parts[i].iov_len;
  return total;
}

#define NOTED(offset, length, call)            \
  ({                                           \
    pthread_mutex_lock(&lock);                 \
    note(fd, offset, length);                  \
    __typeof__(call) result = call;            \
    int error = errno;                         \
    pthread_mutex_unlock(&lock);               \
    errno = error;                             \
    result;                                    \
  })

static int counts(int fd) {
  struct stat info;
  int journal = journal_of(fd, &info, O_WRONLY | O_CREAT | O_APPEND);
  if (journal < 0) return 0;
  close(journal);
  return 1;
}

ssize_t write(int fd, const void *data, size_t length) {
  ssize_t (*real)(int, const void *, size_t) = REAL(write);
  if (!counts(fd)) return real(fd, data, length);
  return NOTED(place_of(fd), (int64_t)length, real(fd, data, length));
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  ssize_t (*real)(int, const struct iovec *, int) = REAL(writev);
  if (!counts(fd)) return real(fd, parts, count);
  return NOTED(place_of(fd), sum(parts, count), real(fd, parts, count));
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  ssize_t (*real)(int, const void *, size_t, off_t) = REAL(pwrite);
  return NOTED(offset, (int64_t)length, real(fd, data, length, offset));
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  ssize_t (*real)(int, const void *, size_t, off64_t) = REAL(pwrite64);
  return NOTED(offset, (int64_t)length, real(fd, data, length, offset));
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  ssize_t (*real)(int, const struct iovec *, int, off_t) = REAL(pwritev);
  return NOTED(offset, sum(parts, count), real(fd, parts, count, offset));
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  ssize_t (*real)(int, const struct iovec *, int, off64_t) = REAL(pwritev64);
  return NOTED(offset, sum(parts, count), real(fd, parts, count, offset));
}
int ftruncate(int fd, off_t length) {
  int (*real)(int, off_t) = REAL(ftruncate);
  return NOTED(length, -1, real(fd, length));
}
int ftruncate64(int fd, off64_t length) {
  int (*real)(int, off64_t) = REAL(ftruncate64);
  return NOTED(length, -1, real(fd, length));
}

static int sync_file(int fd, int (*real)(int)) {
  struct stat info;
  const char *lies = getenv("FAULTY_LIES");
  if (lies && *lies == '1') return 0;
  pthread_mutex_lock(&lock);
  /* The real one takes its time: a kill within it finds nothing synced. */
  int result = real(fd);
  if (result != 0) {
    pthread_mutex_unlock(&lock);
    return result;
  }
  int journal = journal_of(fd, &info, O_WRONLY | O_TRUNC);
  if (journal >= 0) close(journal);
  pthread_mutex_unlock(&lock);
  return 0;
}
int fsync(int fd) { return sync_file(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_file(fd, REAL(fdatasync)); }
