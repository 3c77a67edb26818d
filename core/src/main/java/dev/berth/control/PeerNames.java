package dev.berth.control;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/**
 * The names of users and groups by their numbers, from wherever the system keeps them: files or a
 * directory service. Who has no name is called by the number. Stateless.
 */
final class PeerNames {
  /** Enough for any entry that is not a joke; a longer one has no name. */
  private static final int BUFFER_BYTES = 64 * 1024;

  /** More than {@code struct passwd} and {@code struct group} have; both begin with the name. */
  private static final int ENTRY_BYTES = 128;

  private PeerNames() {}

  /** The user with that number. */
  static String user(long uid) {
    return name(
        (entry, buffer, found) ->
            Libc.INSTANCE.getpwuid_r((int) uid, entry, buffer, BUFFER_BYTES, found),
        uid);
  }

  /** The group with that number. */
  static String group(long gid) {
    return name(
        (entry, buffer, found) ->
            Libc.INSTANCE.getgrgid_r((int) gid, entry, buffer, BUFFER_BYTES, found),
        gid);
  }

  @FunctionalInterface
  private interface Lookup {
    int find(Pointer entry, Pointer buffer, PointerByReference found);
  }

  private static String name(Lookup lookup, long number) {
    try (Memory entry = new Memory(ENTRY_BYTES);
        Memory buffer = new Memory(BUFFER_BYTES)) {
      PointerByReference found = new PointerByReference();
      boolean known = lookup.find(entry, buffer, found) == 0 && found.getValue() != null;
      return known ? entry.getPointer(0).getString(0) : Long.toString(number);
    }
  }
}
