package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.backup.BackupName;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackup.Chain;
import dev.berth.backup.KnownBackup.State;
import dev.berth.domain.DomainState;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether real chains are of use, with a real QEMU, {@code qemu-img} and database. */
@Tag("once")
@Timeout(300)
final class BackupRegistryTest extends BackupFixture {

  @Test
  void aKilledQemuIsToldBeforeTheNextBackup() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      write(host, "vda", 1);
      complete(host, request("second", Wanted.incremental()));
      assertStates(host, State.OK, State.OK);

      long qemu = host.domain(VM).machine().orElseThrow().pid().orElseThrow();
      ProcessHandle.of(qemu).orElseThrow().destroyForcibly();
      host.await(VM, TestHome.OFF, TestHome.PATIENCE);

      assertStates(host, State.OK, State.FULL_NEEDED);
      assertThat(reasons(host)).anyMatch(why -> why.startsWith("The next backup is full: "));
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      assertStates(host, State.OK, State.FULL_NEEDED);
      Job next = complete(host, request("third", Wanted.incremental()));
      assertThat(next.status().detail()).contains("is in full: ");
      assertStates(host, State.OK, State.OK, State.OK);
      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
      assertStates(host, State.OK, State.OK, State.OK);
    }
  }

  @Test
  void aDamagedImageIsToldAndSoAreThoseThatStandOnIt() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      complete(host, request("second", Wanted.incremental()));
      Path image = backups.resolve("full/vda.qcow2");

      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.seek(file.length() - 1);
        file.write(1);
      }

      assertThat(states(host, "vda")).containsExactly(State.BROKEN, State.BROKEN);
      assertThat(states(host, "vdb")).containsExactly(State.OK, State.OK);
      assertThat(reasons(host)).anyMatch(why -> why.contains("vmctl backup verify"));
      Job verified =
          host.backups()
              .verify(backups, new BackupName("full"), JobOptions.none(), CallOptions.none());
      assertThat(ended(host, verified).status().phase()).isEqualTo("backup-damaged");
      Files.delete(image);
      assertThat(reasons(host)).anyMatch(why -> why.contains("full/vda.qcow2' is not there"));
    }
  }

  @Test
  void recordsThatWereLostWithTheDatabaseAreReadBack() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      complete(host, request("second", Wanted.incremental()));
    }
    byte[] noise = new byte[64 * 1024];
    Arrays.fill(noise, (byte) 0x5a);
    Files.write(directory.resolve("berth.mv.db"), noise);

    try (VmHost host = home.open()) {
      host.await(VM, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
      assertThat(reasons(host)).allMatch(why -> why.contains("vmctl backup scan"));
      assertThat(host.backups().known(VM, CallOptions.none())).hasSize(2);

      host.backups().scan(backups, CallOptions.none());

      assertStates(host, State.OK, State.OK);
      assertThat(reasons(host)).isEmpty();
    }
  }

  // ---- parts

  private List<KnownBackup> known(VmHost host) {
    return host.backups().known(backups, CallOptions.within(TestHome.PATIENCE));
  }

  private void assertStates(VmHost host, State... states) {
    for (String disk : List.of("vda", "vdb")) {
      assertThat(states(host, disk)).as(known(host).toString()).containsExactly(states);
    }
  }

  private List<State> states(VmHost host, String disk) {
    return chains(host).filter(chain -> chain.disk().equals(disk)).map(Chain::state).toList();
  }

  private List<String> reasons(VmHost host) {
    return chains(host).map(Chain::reason).filter(why -> !why.isEmpty()).toList();
  }

  private Stream<Chain> chains(VmHost host) {
    return known(host).stream().flatMap(known -> known.chains().stream());
  }
}
