package dev.berth.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of this system and their members, asked anew each time, from wherever the system keeps
 * them: files or a directory service. Stateless.
 */
final class SystemGroups {
  private static final Logger LOG = LoggerFactory.getLogger(SystemGroups.class);
  private static final long LIMIT_SECONDS = 5;
  private static final int MOST_BYTES = 1 << 20;
  private static final int FIELDS = 4;

  private SystemGroups() {}

  /**
   * The users whom the group lists; those who have it as their login group are not among them.
   *
   * @return empty when there is no such group, or nobody can tell within 5 s
   */
  static Optional<Set<String>> members(String group) {
    ProcessBuilder getent = new ProcessBuilder("getent", "group", group);
    getent.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = getent.start();
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          LOG.warn("Nobody tells who is in group {}: getent takes too long", group);
          return Optional.empty();
        }
        return parse(
            new String(process.getInputStream().readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      LOG.warn("Nobody tells who is in group {}: {}", group, e.toString());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** A line of group(5): {@code name:password:number:member,member}. */
  private static Optional<Set<String>> parse(String text) {
    String[] fields = text.strip().split(":", -1);
    return fields.length == FIELDS
        ? Optional.of(new HashSet<>(List.of(fields[FIELDS - 1].split(","))))
        : Optional.empty();
  }
}
