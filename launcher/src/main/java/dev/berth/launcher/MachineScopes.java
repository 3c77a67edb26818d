package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.LaunchRecord;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A systemd scope for each QEMU, where systemd runs: a control group of its own, so that stopping
 * the unit of the host process touches no machine. Whether that is possible is tried out once, when
 * it is first asked for. Thread-safe.
 *
 * <p>By {@code systemd-run --scope}, which registers its own process with systemd and then becomes
 * the command: no process is added, and none is moved while it runs. The scopes of a user belong to
 * the user's own manager.
 */
final class MachineScopes {
  private static final Duration TRIAL_LIMIT = Duration.ofSeconds(5);
  private static final int ROOT = 0;

  /** At the machine's shutdown, guests are shut down in order before their scopes are ended. */
  private static final String ORDER = "--property=Before=berth-guests.service";

  private final String searchPath;
  private final int uid;
  private @Nullable Trial trial;

  /**
   * What came of trying it out.
   *
   * @param prefix what a command is prefixed with, but for what names the scope
   * @param obstacle why there are no scopes
   */
  private record Trial(List<String> prefix, Optional<String> obstacle) {}

  MachineScopes(String searchPath, int uid) {
    this.searchPath = searchPath;
    this.uid = uid;
  }

  /** For this process and that {@code PATH}. */
  static MachineScopes of(String searchPath) {
    try {
      return new MachineScopes(
          searchPath, (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new HostFailureException("Cannot look at /proc/self: " + e + ". Mount /proc.", e);
    }
  }

  /**
   * Why machines have no scopes of their own; empty when they have.
   *
   * @throws InterruptedException when the caller is interrupted while it is tried out
   */
  Optional<String> obstacle() throws InterruptedException {
    return trial().obstacle();
  }

  /**
   * What the command that becomes QEMU is prefixed with; nothing where there are no scopes.
   *
   * @throws InterruptedException when the caller is interrupted while it is tried out
   */
  List<String> prefix(LaunchRecord launch) throws InterruptedException {
    return prefix(launch, "");
  }

  /**
   * The same for a process beside that QEMU, in a scope with that end of its name: the name of a
   * scope that is there cannot be used again.
   */
  List<String> prefix(LaunchRecord launch, String suffix) throws InterruptedException {
    Trial result = trial();
    if (result.obstacle().isPresent()) {
      return List.of();
    }
    String name = launch.subject().name().text();
    List<String> prefix = new ArrayList<>(result.prefix());
    prefix.add(
        "--unit=berth-" + name + "-" + launch.incarnation().substring(0, 12) + suffix + ".scope");
    prefix.add("--description=Berth domain " + name);
    prefix.add(ORDER);
    prefix.add("--");
    return prefix;
  }

  private synchronized Trial trial() throws InterruptedException {
    if (trial == null) {
      trial = tryOut();
    }
    return trial;
  }

  private Trial tryOut() throws InterruptedException {
    Optional<Path> program = find();
    if (program.isEmpty()) {
      return impossible("there is no systemd-run on the PATH");
    }
    List<String> prefix = new ArrayList<>();
    if (uid != ROOT) {
      prefix.addAll(List.of("/usr/bin/env", "XDG_RUNTIME_DIR=/run/user/" + uid));
    }
    prefix.add(program.get().toString());
    prefix.addAll(List.of("--scope", "--quiet", "--collect", "--no-ask-password"));
    prefix.add(uid == ROOT ? "--slice=machine.slice" : "--user");
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(ORDER, "--", "/bin/true"));
    try {
      ShortRun.Result result = ShortRun.of(command, "", TRIAL_LIMIT);
      return result.timedOut() || result.exitCode() != 0
          ? impossible("systemd-run cannot make any" + words(result))
          : new Trial(List.copyOf(prefix), Optional.empty());
    } catch (HostFailureException notRun) {
      return impossible(String.valueOf(notRun.getMessage()));
    }
  }

  private static String words(ShortRun.Result result) {
    return result.timedOut()
        ? ": it did not end within " + TRIAL_LIMIT.toSeconds() + " s"
        : ": exit code " + result.exitCode() + result.lastWords();
  }

  private static Trial impossible(String why) {
    return new Trial(List.of(), Optional.of(why));
  }

  private Optional<Path> find() {
    for (String directory : searchPath.split(File.pathSeparator, -1)) {
      Path candidate = Path.of(directory.isEmpty() ? "." : directory, "systemd-run");
      if (candidate.isAbsolute() && Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
