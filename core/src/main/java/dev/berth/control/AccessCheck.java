package dev.berth.control;

import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Decides what a client may do, from what the kernel says of it. Thread-safe. */
final class AccessCheck {
  private static final String ROOT = "root";

  private final ControlAccess access;
  private final String owner;
  private final Function<String, Optional<Set<String>>> members;

  /**
   * A check.
   *
   * @param owner of the socket
   * @param members the members of a group, or empty when there is no such group; may take a moment
   */
  AccessCheck(ControlAccess access, String owner, Function<String, Optional<Set<String>>> members) {
    this.access = access;
    this.owner = owner;
    this.members = members;
  }

  /** What a user may do, whose process runs with that group. */
  Access of(String user, String group) {
    if (user.equals(owner) || user.equals(ROOT) || named(access.full(), user, group)) {
      return Access.FULL;
    }
    return named(access.readOnly(), user, group) ? Access.READ_ONLY : Access.NONE;
  }

  private boolean named(ControlAccess.Names names, String user, String group) {
    return names.users().contains(user)
        || names.groups().contains(group)
        || names.groups().stream()
            .anyMatch(name -> members.apply(name).orElse(Set.of()).contains(user));
  }
}
