package dev.berth.launcher;

import dev.berth.definition.Disk.Access;
import dev.berth.definition.Share;
import dev.berth.error.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Looks at shares and at what would serve them. Stateless. */
final class ShareChecks {
  private static final String UID = "Uid:";
  private static final String EFFECTIVE = "CapEff:";
  private static final int CAP_SYS_ADMIN = 21;

  private ShareChecks() {}

  /**
   * Adds a problem for each share that would fail.
   *
   * @param finder finds what serves them
   * @param processStatus this process's {@code /proc/self/status}
   * @return what serves them; empty when nothing can, or nothing has to
   * @throws InterruptedException when the caller is interrupted while the server tells its version
   */
  static Optional<Virtiofsd> check(
      List<Share> shares,
      VirtiofsdFinder finder,
      List<String> processStatus,
      List<Problem> problems)
      throws InterruptedException {
    if (shares.isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < shares.size(); i++) {
      String path = "shares[" + i + "].source";
      obstacle(shares.get(i).source())
          .ifPresent(obstacle -> problems.add(Problem.at(path, obstacle)));
    }
    Optional<Virtiofsd> server = finder.find();
    if (server.isEmpty()) {
      problems.add(
          Problem.at(
              "shares",
              "this host has no virtiofsd, which serves them: no descriptor in "
                  + finder.places()
                  + " names one that is there; install qemu-system-common of Debian 12, or virtiofsd"));
    }
    server.ifPresent(found -> check(shares, found, processStatus, problems));
    return server;
  }

  private static void check(
      List<Share> shares, Virtiofsd server, List<String> processStatus, List<Problem> problems) {
    if (server.isInC() && !isRoot(processStatus)) {
      problems.add(
          Problem.at(
              "shares",
              server.version()
                  + " works as root only, and this host does not run as root: run it as root, or"
                  + " install the virtiofsd written in Rust"));
    }
    for (int i = 0; i < shares.size(); i++) {
      if (shares.get(i).access() == Access.READ_ONLY && !server.canForbidWriting()) {
        problems.add(
            Problem.at(
                "shares[" + i + "].read-only",
                server.version()
                    + " cannot keep a guest from writing: install a virtiofsd with --readonly, or"
                    + " share a directory that is mounted read-only"));
      }
    }
  }

  private static Optional<String> obstacle(Path source) {
    if (!Files.exists(source)) {
      return Optional.of(source + " does not exist: correct the path, or make the directory");
    }
    if (!Files.isDirectory(source)) {
      return Optional.of(source + " is not a directory: name one");
    }
    return Files.isReadable(source) && Files.isExecutable(source)
        ? Optional.empty()
        : Optional.of(
            source + " cannot be read by this user: give it the rights 'r' and 'x' on it");
  }

  /** How a server is shut in: by namespaces, where it may make them. */
  static String sandbox(List<String> processStatus) {
    boolean maySandbox =
        !isRoot(processStatus)
            || words(processStatus, EFFECTIVE).stream()
                .map(mask -> Long.parseUnsignedLong(mask, 16))
                .anyMatch(mask -> (mask & 1L << CAP_SYS_ADMIN) != 0);
    return maySandbox ? "namespace" : "chroot";
  }

  private static boolean isRoot(List<String> processStatus) {
    List<String> ids = words(processStatus, UID);
    return ids.size() > 1 && ids.get(1).equals("0");
  }

  /** The words after that key: of ids the real, effective, saved and file system's. */
  private static List<String> words(List<String> processStatus, String key) {
    return processStatus.stream()
        .filter(line -> line.startsWith(key))
        .findFirst()
        .map(line -> List.of(line.substring(key.length()).strip().split("\\s+")))
        .orElse(List.of());
  }
}
