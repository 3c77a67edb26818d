package dev.berth.launcher;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.nio.file.Path;

/**
 * Which numbers the kernel has given to guests' vsocks. Found out by asking for one, on a
 * descriptor of its own that is closed at once.
 *
 * @param device the kernel's device
 */
record VsockNumbers(Path device) {
  /** {@code VHOST_VSOCK_SET_GUEST_CID}. */
  private static final long SET_NUMBER = 0x4008af60L;

  private static final int EADDRINUSE = 98;

  /** Whether a machine has that number now. */
  boolean isTaken(long number) {
    int descriptor = Libc.INSTANCE.open(device.toString(), Libc.O_RDWR | Libc.O_CLOEXEC);
    if (descriptor < 0) {
      return false; // it is not there for anybody
    }
    try (Memory wanted = new Memory(Long.BYTES)) {
      wanted.setLong(0, number);
      return Libc.INSTANCE.ioctl(descriptor, SET_NUMBER, wanted) < 0
          && Native.getLastError() == EADDRINUSE;
    } finally {
      Libc.INSTANCE.close(descriptor);
    }
  }
}
