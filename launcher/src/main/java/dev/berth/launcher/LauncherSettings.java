package dev.berth.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where a launcher keeps its files and what it runs.
 *
 * @param runDirectory holds a directory for each live machine, with its sockets
 * @param logDirectory holds a directory for each domain, with its logs
 * @param variablesDirectory holds a directory for each domain with UEFI firmware, with its
 *     variables
 * @param cacheDirectory holds what can be found out again: what QEMU binaries can do
 * @param qemuBinaries absolute paths to try in order; empty to search {@code searchPath}
 * @param searchPath directories as in {@code PATH}
 * @param kvmTestLimit how long guest code may take to run under KVM before KVM counts as unusable
 */
public record LauncherSettings(
    Path runDirectory,
    Path logDirectory,
    Path variablesDirectory,
    Path cacheDirectory,
    List<Path> qemuBinaries,
    String searchPath,
    Duration kvmTestLimit) {

  /** What the directory of UEFI variables is called in a home. */
  public static final String VARIABLES = "uefi-variables";

  /** Long for the few milliseconds that it takes where KVM works, short for a first start. */
  public static final Duration DEFAULT_KVM_TEST_LIMIT = Duration.ofSeconds(2);

  /** Copies the list. */
  public LauncherSettings {
    qemuBinaries = List.copyOf(qemuBinaries);
  }

  /** Settings with that {@code PATH} and everything below one directory. */
  public static LauncherSettings under(Path home, String searchPath) {
    return new LauncherSettings(
        home.resolve("run"),
        home.resolve("log"),
        home.resolve(VARIABLES),
        home.resolve("cache"),
        List.of(),
        searchPath,
        DEFAULT_KVM_TEST_LIMIT);
  }
}
