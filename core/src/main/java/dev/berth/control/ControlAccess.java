package dev.berth.control;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who else than its owner and root a control socket serves. Immutable.
 *
 * @param full who may make every call
 * @param readOnly who may look, and change nothing
 */
@Api(since = "0.1")
public record ControlAccess(Names full, Names readOnly) {
  /** Serves the owner of the socket and root, nobody else. */
  public static final ControlAccess OWNER_ONLY = new ControlAccess(Names.NONE, Names.NONE);

  /** Whether anybody is named at all. */
  boolean isOwnerOnly() {
    return full.isEmpty() && readOnly.isEmpty();
  }

  /**
   * Users and groups by name; a group stands for its members at the time they connect.
   *
   * @param users names of users, or their numbers when they have no name
   * @param groups names of groups
   */
  public record Names(Set<String> users, Set<String> groups) {
    private static final Names NONE = new Names(Set.of(), Set.of());

    /** Copies the sets. */
    public Names {
      users = Set.copyOf(users);
      groups = Set.copyOf(groups);
    }

    /**
     * Names from a text such as {@code alice, bob @kvm}: separated by commas or spaces, a group
     * after an {@code @}.
     *
     * @throws InvalidRequestException naming a part that is no name
     */
    public static Names parse(String text) {
      Set<String> users = new LinkedHashSet<>();
      Set<String> groups = new LinkedHashSet<>();
      for (String part : text.split("[,\\s]+")) {
        if (part.isEmpty()) {
          continue;
        }
        boolean group = part.startsWith("@");
        String name = group ? part.substring(1) : part;
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*\\$?")) {
          throw new InvalidRequestException(
              "'" + part + "' is no name of a user, nor of a group after '@'");
        }
        (group ? groups : users).add(name);
      }
      return new Names(users, groups);
    }

    boolean isEmpty() {
      return users.isEmpty() && groups.isEmpty();
    }
  }
}
