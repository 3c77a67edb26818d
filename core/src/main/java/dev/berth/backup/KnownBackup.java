package dev.berth.backup;

import dev.berth.api.Api;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A backup that a host knows of, by its folder or from its records, and whether it can be used.
 *
 * @param folder where it is, or was; absolute
 * @param backup what it says of itself, or what is on record of it when that cannot be read; empty
 *     when there is neither
 * @param chains one for each of its disks: its image with all that this stands on; one without a
 *     disk when nothing is known of its disks
 */
@Api(since = "0.1")
public record KnownBackup(Path folder, Optional<Backup> backup, List<Chain> chains) {

  /** Copies the list. */
  public KnownBackup {
    chains = List.copyOf(chains);
  }

  /**
   * The image of one disk with all that it stands on.
   *
   * @param disk its name; empty when nothing is known of the disks
   * @param state whether it can be used
   * @param reason why it is as it is, and what to do, as a sentence or two; may be empty
   */
  public record Chain(String disk, State state, String reason) {}

  /** Whether a chain can be used. */
  public enum State {
    /**
     * All of it is there, as long as it was and written at no time since, and its headers name what
     * they should. Whether its content is right tells only {@code verify}, which reads it.
     */
    OK("ok"),
    /** It cannot be restored, or that is in doubt. */
    BROKEN("broken"),
    /** It can be restored, but nothing can stand on it: the next backup of the disk is full. */
    FULL_NEEDED("full-needed"),
    /** Its directory is not there now. */
    NOT_THERE("not-there");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** The state as people and programs read it. */
    public String text() {
      return text;
    }

    /** The state of that text; empty when there is none. */
    public static Optional<State> of(String text) {
      return Arrays.stream(values()).filter(state -> state.text.equals(text)).findFirst();
    }
  }

  /** What it is called in its directory. */
  public String name() {
    return String.valueOf(folder.getFileName());
  }
}
