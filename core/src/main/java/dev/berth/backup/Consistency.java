package dev.berth.backup;

import dev.berth.api.Api;
import java.util.Arrays;
import java.util.Optional;

/**
 * In which state a guest's disks are in a backup.
 *
 * @param kind how consistent
 * @param reason why it is less than was wanted; may be empty
 */
@Api(since = "0.1")
public record Consistency(Kind kind, String reason) {

  /** How consistent. */
  public enum Kind {
    /** As after a power cut: file systems and programs put it in order when they are started. */
    CRASH("crash-consistent"),
    /** The guest had brought its file systems to rest for that moment, by its agent. */
    APPLICATION("application-consistent");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** The kind as people and programs read it. */
    public String text() {
      return text;
    }

    /** The kind of that text; empty when there is none. */
    public static Optional<Kind> of(String text) {
      return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }
  }

  /** As after a power cut, which is all that was wanted. */
  public static Consistency crash() {
    return crash("");
  }

  /** As after a power cut, for that reason. */
  public static Consistency crash(String reason) {
    return new Consistency(Kind.CRASH, reason);
  }

  /** At rest. */
  public static Consistency application() {
    return new Consistency(Kind.APPLICATION, "");
  }
}
