package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.control.ControlAccess;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two homes between which a domain {@code vm} goes; no machine is left in either. */
abstract class TwoHomesFixture extends HomeFixture {
  static final DomainRef VM = DomainRef.of("vm");
  static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  TestHome otherHome;
  Path otherDirectory;
  URI other;

  @BeforeEach
  final void anotherHome() throws IOException {
    otherDirectory = Files.createDirectory(directory.resolve("b"));
    otherHome = new TestHome(otherDirectory);
    other = URI.create("unix:" + otherDirectory.resolve("s"));
  }

  @AfterEach
  final void nothingIsLeftThere() {
    otherHome.clear();
    assertThat(otherHome.runDirectories()).isEmpty();
  }

  /** The other host, which takes machines. */
  final VmHost openOther() {
    return Berth.open(
        otherHome.settings().control(otherDirectory.resolve("s"), ControlAccess.OWNER_ONLY));
  }

  final Job migrate(VmHost host) {
    return host.migrations().migrate(VM, MigrationRequest.to(other), JobOptions.none(), PATIENT);
  }

  static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  /** What the guest writes here, to be read on when its log has gone. */
  final FileInputStream console(VmHost host) throws IOException {
    Path logs = home.settings().layout().logDirectory();
    return new FileInputStream(
        logs.resolve(host.domain(VM).uuid().toString()).resolve("console.log").toFile());
  }

  /** All that it has written there. */
  static String all(FileInputStream console) throws IOException {
    try (console) {
      return new String(console.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
