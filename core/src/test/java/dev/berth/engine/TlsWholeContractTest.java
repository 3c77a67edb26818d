package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.BackupName;
import dev.berth.error.UnsupportedException;
import dev.berth.host.BackupRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.contract.AdjustContract;
import dev.berth.testing.contract.AgentContract;
import dev.berth.testing.contract.BackupContract;
import dev.berth.testing.contract.DeviceContract;
import dev.berth.testing.contract.DiskContract;
import dev.berth.testing.contract.DumpContract;
import dev.berth.testing.contract.ExportContract;
import dev.berth.testing.contract.GuestRig;
import dev.berth.testing.contract.GuestSizingContract;
import dev.berth.testing.contract.ImageContract;
import dev.berth.testing.contract.MachineContract;
import dev.berth.testing.contract.MediaContract;
import dev.berth.testing.contract.NicContract;
import dev.berth.testing.contract.QmpContract;
import dev.berth.testing.contract.SaveContract;
import dev.berth.testing.contract.ShareContract;
import dev.berth.testing.contract.ShutdownGuestsContract;
import dev.berth.testing.contract.SizingContract;
import dev.berth.testing.contract.StatsContract;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every host does, by an engine behind TLS, save what passes file descriptors. The protocol is
 * the one of the control socket, so what {@link TlsHostContractTest} has is enough each time.
 */
@ExtendWith(LeakCheck.class)
@Tag("full")
@Timeout(90)
final class TlsWholeContractTest
    implements MachineContract,
        QmpContract,
        AgentContract,
        AdjustContract,
        MediaContract,
        DiskContract,
        NicContract,
        ShareContract,
        DeviceContract,
        BackupContract,
        ExportContract,
        SaveContract,
        DumpContract,
        ImageContract,
        SizingContract,
        StatsContract,
        ShutdownGuestsContract,
        GuestSizingContract {
  @TempDir Path directory;
  private TlsRig rig;

  @BeforeEach
  void open() {
    rig = new TlsRig(directory);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Override
  public GuestRig rig() {
    return rig;
  }

  /** No file descriptor goes through TLS, and nothing is begun without. */
  @Test
  @Override
  public void aDiskIsWrittenToAGivenFile(@TempDir Path target) throws Exception {
    BackupRequest full = BackupRequest.to(target, new BackupName("first"));
    try (RandomAccessFile file = new RandomAccessFile(target.resolve("file").toFile(), "rw");
        Resources targets = Resources.of(Map.of("data", file.getFD()), Map.of())) {
      assertThatExceptionOfType(UnsupportedException.class)
          .isThrownBy(
              () ->
                  rig.host()
                      .backups()
                      .create(
                          DomainRef.of("web"),
                          full,
                          targets,
                          JobOptions.none(),
                          CallOptions.none()))
          .withMessageContaining("cannot be given over TCP");
    }
    assertThat(rig.host().jobs()).isEmpty();
  }
}
