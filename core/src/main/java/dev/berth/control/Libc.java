package dev.berth.control;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** What a control server needs of the C library and Java 17 has no API for. */
interface Libc extends Library {
  /** The process's own C library. Loaded once; has no state of ours. */
  Libc INSTANCE = Native.load("c", Libc.class);

  int MSG_CMSG_CLOEXEC = 0x40000000;
  int SOL_SOCKET = 1;
  int SCM_RIGHTS = 1;
  short POLLIN = 1;

  int O_RDONLY = 0;
  int O_WRONLY = 1;
  int O_RDWR = 2;
  int O_NOCTTY = 0x100;
  int O_NONBLOCK = 0x800;
  int O_CLOEXEC = 0x80000;

  /** Opens without waiting for anybody, and for this process only. */
  int NEVER_WAIT = O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

  int F_GETFL = 3;
  int F_SETFL = 4;

  int EINTR = 4;
  int EAGAIN = 11;

  long recvmsg(int socket, Pointer message, int flags);

  int poll(Pointer fds, long count, int timeoutMillis);

  int open(String path, int flags, Object... mode);

  int fcntl(int fd, int command, Object... argument);

  int close(int fd);

  int getpwuid_r(
      int uid, Pointer passwd, Pointer buffer, long bufferSize, PointerByReference result);

  int getgrgid_r(
      int gid, Pointer group, Pointer buffer, long bufferSize, PointerByReference result);

  String strerror(int errno);
}
