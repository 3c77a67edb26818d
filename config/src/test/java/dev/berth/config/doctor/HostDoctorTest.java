package dev.berth.config.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.Berth;
import dev.berth.config.HomeLayout;
import dev.berth.config.HostSettings;
import dev.berth.doctor.Finding;
import dev.berth.doctor.Verdict;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LeakCheck.class)
final class HostDoctorTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", System.getenv("PATH"));

  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");

  @TempDir Path directory;

  @Test
  void aMachineWhereAHostCanRunHasNoProblemAndIsLeftAsItWas() throws Exception {
    Path home = directory.resolve("home");

    List<Finding> findings = examine(home);

    assertThat(findings)
        .extracting(Finding::check)
        .contains("settings", "qemu", "accelerator", "/dev/kvm", "/dev/vhost-net", "setsid")
        .contains("machines", "home", "run directory", "store", "free space", "open files")
        .contains("processes", "control group", "systemd scopes", "clock");
    assertThat(findings).noneMatch(finding -> finding.verdict() == Verdict.PROBLEM);
    assertThat(findings)
        .allMatch(finding -> finding.verdict() == Verdict.OK || finding.remedy().isPresent());
    assertThat(home).doesNotExist();
  }

  @Test
  void aHostThatRunsIsNotDisturbed() throws Exception {
    try (VmHost host = Berth.open(HostSettings.under(directory))) {
      List<Finding> findings = examine(directory);

      assertThat(findings).noneMatch(finding -> finding.verdict() == Verdict.PROBLEM);
      assertThat(findings).contains(Finding.ok("store", "in use by this process"));
      assertThat(host.list()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, OK,      is valid until",
    "10,  NOTE,    expires on",
    "-1,  PROBLEM, 'expired on'"
  })
  void howLongTheCertificateForTlsIsValidIsTold(int days, Verdict verdict, String words)
      throws Exception {
    Instant now = Instant.now();
    AUTHORITY
        .issue("CN=host-a")
        .valid(now.minus(Duration.ofDays(30)), now.plus(Duration.ofDays(days)))
        .into(directory.resolve("tls"));
    listen();

    Finding finding = of("tls", examine(directory));

    assertThat(finding.verdict()).isEqualTo(verdict);
    assertThat(finding.text()).contains("certificate CN=host-a " + words);
  }

  @Test
  void filesOfTlsThatCannotBeUsedAreAProblem() throws Exception {
    listen();

    Finding finding = of("tls", examine(directory));

    assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
    assertThat(finding.text()).contains("no authorities' file " + directory.resolve("tls/ca.pem"));
  }

  private void listen() throws IOException {
    Files.writeString(
        directory.resolve("berth.yaml"), "listen: tls://127.0.0.1\ntls-access: CN=ops\n");
  }

  @Test
  void wrongSettingsAreAProblemAndTheRestIsExaminedAllTheSame() throws Exception {
    Files.writeString(directory.resolve("berth.yaml"), "nonsense: 1\n");

    List<Finding> findings = examine(directory);

    assertThat(of("settings", findings).verdict()).isEqualTo(Verdict.PROBLEM);
    assertThat(of("settings", findings).text()).contains("nonsense");
    assertThat(of("qemu", findings).verdict()).isEqualTo(Verdict.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "rwx------, OK",
    "rwx--x--x, OK",
    "rwxr-x---, NOTE",
    "rwxrwx---, PROBLEM",
    "rwx----w-, PROBLEM"
  })
  void aDirectoryThatOthersMayWriteToIsAProblem(String permissions, Verdict verdict)
      throws IOException {
    Path home = Files.createDirectory(directory.resolve("home"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString(permissions));

    Finding finding = of("home", new DirectoryFindings(HomeLayout.under(home), false).examine());

    assertThat(finding.verdict()).isEqualTo(verdict);
    assertThat(finding.text()).startsWith(home + ", " + permissions + ", of user ");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsAProblem() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThat(new DirectoryFindings(HomeLayout.under(file), false).examine())
        .extracting(finding -> finding.check() + ": " + finding.verdict().text())
        .containsExactly(
            "home: problem",
            "run directory: problem",
            "log directory: problem",
            "cache directory: problem");
  }

  @ParameterizedTest
  @CsvSource({
    "false, 1073741824, OK, 1.0 GiB of 10.0 GiB for home",
    "false, 1073741823, NOTE, 1023 MiB",
    "false, 67108863, PROBLEM, changes are refused when it is full",
    "true, 1073741824, PROBLEM, read-only"
  })
  void freeSpaceIsJudged(boolean isReadOnly, long freeBytes, Verdict verdict, String text) {
    Finding finding = SpaceFindings.judge("home", isReadOnly, freeBytes, 10L << 30);

    assertThat(finding.verdict()).isEqualTo(verdict);
    assertThat(finding.text()).contains(text);
  }

  @Test
  void limitsAreJudgedByTheMachinesTheyAreEnoughFor() throws IOException {
    Path limits =
        Files.writeString(
            directory.resolve("limits"),
            """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             1100                 unlimited            processes
            Max open files            1024                 524288               files
            Max address space         8589934592           unlimited            bytes
            """);

    assertThat(new LimitFindings(limits).examine())
        .extracting(finding -> finding.verdict().text() + " " + finding.text())
        .satisfiesExactly(
            files -> assertThat(files).isEqualTo("ok 524288, enough for some 131008 machines"),
            tasks -> assertThat(tasks).isEqualTo("note 1100, enough for some 100 machines"),
            memory -> assertThat(memory).startsWith("problem 8589934592 bytes"));
  }

  @Test
  void aControlGroupIsDelegatedWhenThisUserMayWriteToIt() throws IOException {
    Path root = Files.createDirectory(directory.resolve("cgroup"));
    Path process = Files.createDirectory(directory.resolve("process"));
    Files.writeString(process.resolve("cgroup"), "0::/system.slice/berth.service\n");
    ControlGroupFinding finding = new ControlGroupFinding(root, process);

    assertThat(finding.examine().text()).contains("cgroup v2 is not mounted");
    Files.createFile(root.resolve("cgroup.controllers"));
    assertThat(finding.examine().text()).contains("is not delegated to this user");
    Path own = Files.createDirectories(root.resolve("system.slice/berth.service"));
    Files.createFile(own.resolve("cgroup.procs"));
    assertThat(finding.examine())
        .isEqualTo(Finding.ok("control group", own + " is delegated to this user"));
  }

  @Test
  void scopesNeedAManagerThatThisUserReaches() throws IOException {
    ScopeFinding finding = new ScopeFinding(directory, Map.of("XDG_RUNTIME_DIR", "/run/user/7"));

    assertThat(finding.examine().text()).contains("systemd does not run this system");
    Files.createDirectories(directory.resolve("run/systemd/system"));
    assertThat(finding.examine().text()).contains("reaches no systemd manager");
    Files.createDirectories(directory.resolve("run/user/7/systemd"));
    Files.createFile(directory.resolve("run/user/7/systemd/private"));
    assertThat(finding.examine())
        .isEqualTo(Finding.ok("systemd scopes", "possible, by the user's manager"));
    Files.createFile(directory.resolve("run/systemd/private"));
    assertThat(finding.examine().text()).isEqualTo("possible, by the system's manager");
  }

  @Test
  void aClockThatIsBehindTheFilesWasSetBack() throws IOException {
    Instant now = Instant.parse("2026-11-20T18:00:00Z");
    Path file = Files.createFile(directory.resolve("berth.mv.db"));

    assertThat(clock("1970-01-01T00:01:00Z").verdict()).isEqualTo(Verdict.PROBLEM);
    Files.setLastModifiedTime(file, FileTime.from(now.plus(Duration.ofSeconds(59))));
    assertThat(clock(now.toString()).verdict()).isEqualTo(Verdict.OK);
    Files.setLastModifiedTime(file, FileTime.from(now.plus(Duration.ofHours(24))));
    assertThat(clock(now.toString()).verdict()).isEqualTo(Verdict.NOTE);
    assertThat(clock(now.toString()).text())
        .contains("is of 2026-11-21T18:00:00Z: it was set back");
  }

  private Finding clock(String now) {
    return new ClockFinding(Clock.fixed(Instant.parse(now), ZoneOffset.UTC), directory).examine();
  }

  private static List<Finding> examine(Path home) throws InterruptedException {
    return new HostDoctor(HomeLayout.under(home), ENVIRONMENT, Clock.systemUTC(), Optional.empty())
        .examine();
  }

  private static Finding of(String check, List<Finding> findings) {
    return findings.stream().filter(each -> each.check().equals(check)).findFirst().orElseThrow();
  }
}
