package dev.berth.engine;

import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.contract.AdjustContract;
import dev.berth.testing.contract.AgentContract;
import dev.berth.testing.contract.BackupContract;
import dev.berth.testing.contract.CallerContract;
import dev.berth.testing.contract.DefinitionContract;
import dev.berth.testing.contract.DescriptorContract;
import dev.berth.testing.contract.DeviceContract;
import dev.berth.testing.contract.DiskContract;
import dev.berth.testing.contract.DumpContract;
import dev.berth.testing.contract.EventContract;
import dev.berth.testing.contract.ExportContract;
import dev.berth.testing.contract.FrontContract;
import dev.berth.testing.contract.GuestContract;
import dev.berth.testing.contract.GuestRig;
import dev.berth.testing.contract.GuestSizingContract;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What every host does, by an engine in this JVM. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class EngineHostContractTest
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
        GuestContract,
        GuestSizingContract {
  @TempDir Path directory;
  private EngineRig rig;

  @BeforeEach
  void open() {
    rig = new Embedded(directory);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Override
  public GuestRig rig() {
    return rig;
  }

  private static final class Embedded extends EngineRig {
    private final VmHost host =
        engineHost().engine().ownedBy("api", patience -> engineHost().close(patience));

    Embedded(Path directory) {
      super(directory);
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
  }
}
