package dev.berth.testing;

import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The host in memory is a host like any other. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class MemoryHostTest
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
        ShutdownGuestsContract,
        EventContract,
        ListenerContract,
        CallerContract,
        ConsoleContract,
        GuestContract,
        GuestSizingContract {
  private final Rig rig = new Rig();

  @Override
  public GuestRig rig() {
    return rig;
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static final class Rig extends GuestRig {
    private static final DomainRef WEB = DomainRef.of("web");
    private final MemoryHost host = MemoryHost.create();

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

    @Override
    public void guestIgnoresPowerButton() {
      host.deafen(WEB);
    }

    @Override
    public void guestPanics() {
      host.guestPanics(WEB);
    }

    @Override
    public void guestPowersOff() {
      host.guestPowersOff(WEB);
    }

    @Override
    public void close() {
      host.close();
    }
  }
}
