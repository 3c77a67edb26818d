package dev.berth.launcher;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** The system calls that Java 17 has no API for, as the C library exports them. */
@SuppressWarnings("checkstyle:MethodName")
interface Libc extends Library {
  /** The process's own C library. Loaded once; has no state of ours. */
  Libc INSTANCE = Native.load("c", Libc.class);

  /** {@code pidfd_send_signal(2)}, since Linux 5.1; the same number on every architecture. */
  long PIDFD_SEND_SIGNAL = 424;

  /** {@code pidfd_open(2)}, since Linux 5.3; the same number on every architecture. */
  long PIDFD_OPEN = 434;

  int O_RDONLY = 0;
  int O_WRONLY = 1;
  int O_RDWR = 2;
  int O_ACCMODE = 3;
  int O_CLOEXEC = 0x80000;
  int O_APPEND = 0x400;
  int O_SYNC = 0x101000;
  int SEEK_SET = 0;
  int SEEK_CUR = 1;

  /** On x86; other architectures have other numbers. */
  int O_DIRECT = 0x4000;

  int F_GETFL = 3;
  int F_GETLK = 5;
  int F_DUPFD_CLOEXEC = 1030;
  short F_WRLCK = 1;
  short F_UNLCK = 2;
  short POLLIN = 1;
  int EPOLL_CLOEXEC = O_CLOEXEC;
  int EPOLL_CTL_ADD = 1;
  int EPOLL_CTL_DEL = 2;
  int EFD_CLOEXEC = O_CLOEXEC;

  /** {@code sysconf(3)}: clock ticks in a second, as /proc counts them. */
  int SC_CLK_TCK = 2;

  /** {@code sysconf(3)}: bytes of a page. */
  int SC_PAGESIZE = 30;

  int EPERM = 1;
  int ENOENT = 2;
  int ESRCH = 3;
  int EINTR = 4;
  int EACCES = 13;
  int EBUSY = 16;
  int ENODEV = 19;
  int EINVAL = 22;
  int ENOTTY = 25;
  int ENOSYS = 38;
  int EROFS = 30;
  int EOPNOTSUPP = 95;

  long syscall(long number, Object... arguments);

  int open(String path, int flags, Object... mode);

  int close(int fd);

  long sysconf(int name);

  long lseek(int fd, long offset, int whence);

  int fcntl(int fd, int command, Object... argument);

  int ioctl(int fd, long request, Pointer argument);

  int socket(int domain, int type, int protocol);

  int poll(Pointer fds, long count, int timeoutMillis);

  int epoll_create1(int flags);

  int epoll_ctl(int epoll, int operation, int fd, Pointer event);

  int epoll_wait(int epoll, Pointer events, int maxEvents, int timeoutMillis);

  int eventfd(int initial, int flags);

  int eventfd_write(int fd, long value);

  int eventfd_read(int fd, Pointer value);

  /** What the C library says to the last error of this thread's last call. */
  default String lastError() {
    return strerror(Native.getLastError());
  }

  String strerror(int errno);
}
