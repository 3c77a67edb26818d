package dev.berth.config.doctor;

import dev.berth.doctor.Finding;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Whether the clock can be right: ages, retention and back-off are reckoned by it. */
final class ClockFinding {
  private static final String CHECK = "clock";

  /** Older than any Berth. */
  private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

  /** What two file systems, or two machines that share one, may differ by. */
  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  private final Clock clock;
  private final Path home;

  ClockFinding(Clock clock, Path home) {
    this.clock = clock;
    this.home = home;
  }

  Finding examine() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    if (now.isBefore(EARLIEST)) {
      return Finding.problem(
          CHECK, "says " + now + ", which cannot be", "set it: 'timedatectl set-ntp true'");
    }
    Instant newest = newest(now).truncatedTo(ChronoUnit.SECONDS);
    if (newest.isAfter(now.plus(TOLERANCE))) {
      return Finding.note(
          CHECK,
          "says " + now + ", and a file in " + home + " is of " + newest + ": it was set back",
          "check it: 'timedatectl'; events of the future keep their times");
    }
    return Finding.ok(CHECK, now + ", and no file in the home is newer");
  }

  private Instant newest(Instant now) {
    Instant newest = now;
    if (!Files.isReadable(home)) {
      return newest;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(home)) {
      for (Path file : files) {
        Instant modified = Files.getLastModifiedTime(file).toInstant();
        newest = modified.isAfter(newest) ? modified : newest;
      }
    } catch (IOException changing) {
      return newest; // a host at work replaces files; another look sees the same clock
    }
    return newest;
  }
}
