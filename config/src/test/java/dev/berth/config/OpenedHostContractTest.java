package dev.berth.config;

import dev.berth.error.HostUnreachableException;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.contract.AdjustContract;
import dev.berth.testing.contract.AgentContract;
import dev.berth.testing.contract.BackupContract;
import dev.berth.testing.contract.CallerContract;
import dev.berth.testing.contract.ConsoleContract;
import dev.berth.testing.contract.DefinitionContract;
import dev.berth.testing.contract.DescriptorContract;
import dev.berth.testing.contract.DeviceContract;
import dev.berth.testing.contract.DiskContract;
import dev.berth.testing.contract.DumpContract;
import dev.berth.testing.contract.EventContract;
import dev.berth.testing.contract.ExportContract;
import dev.berth.testing.contract.FrontContract;
import dev.berth.testing.contract.HostRig;
import dev.berth.testing.contract.ImageContract;
import dev.berth.testing.contract.ListenerContract;
import dev.berth.testing.contract.MachineContract;
import dev.berth.testing.contract.MediaContract;
import dev.berth.testing.contract.MigrationContract;
import dev.berth.testing.contract.NicContract;
import dev.berth.testing.contract.QmpContract;
import dev.berth.testing.contract.ResourceContract;
import dev.berth.testing.contract.SaveContract;
import dev.berth.testing.contract.ShareContract;
import dev.berth.testing.contract.ShutdownGuestsContract;
import dev.berth.testing.contract.SizingContract;
import dev.berth.testing.contract.StatsContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What every host does, by one that {@link Berth#open} opened: real store, real QEMU. */
@Tag("once")
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class OpenedHostContractTest
    implements DefinitionContract,
        MachineContract,
        DescriptorContract,
        QmpContract,
        AgentContract,
        ResourceContract,
        AdjustContract,
        MediaContract,
        DiskContract,
        NicContract,
        ShareContract,
        DeviceContract,
        BackupContract,
        ExportContract,
        SaveContract,
        MigrationContract,
        DumpContract,
        ImageContract,
        FrontContract,
        SizingContract,
        StatsContract,
        EventContract,
        ListenerContract,
        ShutdownGuestsContract,
        CallerContract,
        ConsoleContract {
  @TempDir private Path directory;
  private Opened rig;

  @BeforeEach
  void open() {
    rig = new Opened(new TestHome(directory));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Override
  public HostRig rig() {
    return rig;
  }

  private static final class Opened extends HostRig {
    private final TestHome home;
    private final VmHost host;

    Opened(TestHome home) {
      this.home = home;
      this.host = home.open();
    }

    @Override
    public VmHost host() {
      return host;
    }

    @Override
    public String me() {
      return "api";
    }

    @Override
    public String named(String actor) {
      return actor;
    }

    /** The virtiofsd of QEMU 7.2 works as root only. */
    @Override
    public boolean servesShares() {
      return HomeLayout.userId() == 0;
    }

    @Override
    public void close() {
      try {
        TestHome.endMachines(host);
      } catch (HostUnreachableException closedByTheTest) {
        home.clear();
      } finally {
        host.close();
      }
    }
  }
}
