package dev.berth.launcher;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * The kernel's {@code struct ifreq}: a name of at most 15 bytes, and a value.
 *
 * @param memory the whole, freed when nobody refers to it
 */
record InterfaceRequest(Memory memory) {
  private static final int SIZE = 40;
  private static final int NAME_SIZE = 16;

  /** A request about the interface of that name, with a value of zeros. */
  static InterfaceRequest of(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length >= NAME_SIZE) {
      throw new IllegalArgumentException("no name of an interface: " + name);
    }
    Memory memory = new Memory(SIZE);
    memory.clear();
    memory.write(0, bytes, 0, bytes.length);
    return new InterfaceRequest(memory);
  }

  /** The name, which the kernel may have completed. */
  String name() {
    return memory.getString(0, StandardCharsets.US_ASCII.name());
  }

  /** The value. */
  Pointer value() {
    return memory.share(NAME_SIZE);
  }
}
