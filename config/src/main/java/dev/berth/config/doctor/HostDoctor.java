package dev.berth.config.doctor;

import dev.berth.config.HomeLayout;
import dev.berth.config.HostSettings;
import dev.berth.doctor.Finding;
import dev.berth.error.BerthException;
import dev.berth.launcher.LauncherDoctor;
import dev.berth.launcher.LauncherSettings;
import dev.berth.storage.StoreDoctor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Examines everything that a host needs of its machine, as the user of this process sees it. Not
 * thread-safe.
 */
public final class HostDoctor {
  private final HomeLayout layout;
  private final Map<String, String> environment;
  private final Clock clock;
  private final Optional<Long> hostPid;

  /**
   * An examination.
   *
   * @param layout of the host
   * @param environment variables that a daemon would be started with
   * @param clock whose time is doubted
   * @param hostPid the process of the host that answers, whose limits count; else our own count
   */
  public HostDoctor(
      HomeLayout layout, Map<String, String> environment, Clock clock, Optional<Long> hostPid) {
    this.layout = layout;
    this.environment = Map.copyOf(environment);
    this.clock = clock;
    this.hostPid = hostPid;
  }

  /**
   * Examines; takes a second or two, because every QEMU is run.
   *
   * @throws InterruptedException when the caller is interrupted
   */
  public List<Finding> examine() throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    Optional<HostSettings> settings = settings(findings);
    findings.addAll(launcher(settings));
    settings
        .flatMap(HostSettings::listen)
        .ifPresent(endpoint -> findings.add(new TlsFinding(endpoint, clock).examine()));
    findings.addAll(new DirectoryFindings(layout, hostPid.isPresent()).examine());
    findings.addAll(StoreDoctor.examine(layout.home()));
    findings.addAll(new SpaceFindings(layout).examine());
    Path process = Path.of("/proc", hostPid.map(Object::toString).orElse("self"));
    findings.addAll(new LimitFindings(process.resolve("limits")).examine());
    findings.add(new ControlGroupFinding(Path.of("/sys/fs/cgroup"), process).examine());
    findings.add(new ScopeFinding(Path.of("/"), environment).examine());
    findings.add(new ClockFinding(clock, layout.home()).examine());
    return findings;
  }

  /** The settings, or the defaults where they cannot be read. */
  private Optional<HostSettings> settings(List<Finding> findings) {
    Path file = layout.settingsFile();
    try {
      HostSettings settings = HostSettings.read(layout, environment, Map.of());
      findings.add(
          Finding.ok(
              "settings",
              Files.exists(file) ? file + " is in order" : "no " + file + ": the defaults apply"));
      return Optional.of(settings);
    } catch (BerthException wrong) {
      findings.add(
          Finding.problem(
              "settings",
              String.valueOf(wrong.getMessage()),
              "mend " + file + " and the BERTH_… variables; no host starts with them"));
      return Optional.empty();
    }
  }

  /** In a cache that is thrown away: nothing is believed that was found out earlier. */
  private List<Finding> launcher(Optional<HostSettings> settings) throws InterruptedException {
    try {
      Path cache = Files.createTempDirectory("berth-doctor-");
      try {
        return LauncherDoctor.examine(
            new LauncherSettings(
                layout.runDirectory(),
                layout.logDirectory(),
                layout.home().resolve(LauncherSettings.VARIABLES),
                cache,
                settings.map(HostSettings::qemuBinaries).orElse(List.of()),
                environment.getOrDefault("PATH", ""),
                LauncherSettings.DEFAULT_KVM_TEST_LIMIT));
      } finally {
        remove(cache);
      }
    } catch (IOException full) {
      return List.of(
          Finding.problem(
              "qemu",
              "cannot be tried out: no file can be made in "
                  + System.getProperty("java.io.tmpdir")
                  + ": "
                  + full.getMessage(),
              "make room there"));
    }
  }

  private static void remove(Path cache) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(cache)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(cache);
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot remove " + cache, failure);
    }
  }
}
