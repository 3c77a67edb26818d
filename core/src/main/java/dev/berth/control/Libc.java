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

  int EINTR = 4;
  int EAGAIN = 11;

  long recvmsg(int socket, Pointer message, int flags);

  int poll(Pointer fds, long count, int timeoutMillis);

  int close(int fd);

  int getpwuid_r(
      int uid, Pointer passwd, Pointer buffer, long bufferSize, PointerByReference result);

  int getgrgid_r(
      int gid, Pointer group, Pointer buffer, long bufferSize, PointerByReference result);

  String strerror(int errno);
}
