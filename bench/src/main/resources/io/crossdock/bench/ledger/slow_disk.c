/* Preloaded into a process, makes each flush to the disk take longer. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_first(void) {
  const char *micros = getenv("CROSSDOCK_FLUSH_DELAY_MICROS");
  long wanted = micros ? atol(micros) : 0;
  struct timespec left = {wanted / 1000000, wanted % 1000000 * 1000};
  while (nanosleep(&left, &left) == -1 && errno == EINTR) {
  }
}

int fsync(int file) {
  wait_first();
  return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  wait_first();
  return (int)syscall(SYS_fdatasync, file);
}
